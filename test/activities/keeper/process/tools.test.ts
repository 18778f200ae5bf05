import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { protocolVersion } from '../../../../src/activities/keeper/protocol.js';
import { connectTools } from '../../../../src/activities/keeper/shim/tools.js';
import { toolsSocket } from '../../../../src/activities/keeper/tools-socket.js';
import type { Rig } from './rig.js';
import { createRig, lines, until } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.end());

const tool = { name: 'ask', description: 'Asks a person', inputSchema: { type: 'object' } };
const answer = (text: string) => ({ content: [{ type: 'text' as const, text }] });

describe('the tools socket', () => {
  it('lists the tools, journals a call, and hands over the result once it is journalled', async () => {
    const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool] });
    const shim = await keeper.connect('tools');
    shim.send({ op: 'list' });
    expect(await shim.next('tools')).toEqual({ ev: 'tools', tools: [tool] });
    shim.send({ op: 'call', call: '1', name: 'ask', arguments: { question: 'why' } });
    // No worker is there yet: the call waits in the journal.
    await until(() => keeper.records().length === 1);
    const [call] = keeper.records();
    expect(call).toMatchObject({ d: 'call', name: 'ask', arguments: { question: 'why' } });
    const id = call?.d === 'call' ? call.id : '';

    const client = await keeper.attach(1);
    client.send({ op: 'tool_result', id, result: answer('because') });
    expect(await client.next('ack')).toMatchObject({ key: id, duplicate: false });
    client.send({ op: 'tool_result', id, result: answer('again') });
    expect(await client.next('ack')).toMatchObject({ key: id, duplicate: true });
    expect(await shim.next('result')).toEqual({ ev: 'result', call: '1', result: answer('because') });
    expect(keeper.records().slice(1)).toMatchObject([{ d: 'result', id, result: answer('because') }]);
  });

  it('is another one in the next generation: its calls have other ids', async () => {
    const ids = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool] });
      const shim = await keeper.connect('tools');
      shim.send({ op: 'call', call: '1', name: 'ask', arguments: {} });
      await until(() => keeper.records().length === 1);
      for (const record of keeper.records()) if (record.d === 'call') ids.add(record.id);
    }
    expect(ids.size).toBe(2);
  });

  it('can ask for tools and nothing else', async () => {
    const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool] });
    const { id } = await keeper.claim();
    const shim = await keeper.connect('tools');
    shim.send({ op: 'attach', version: protocolVersion, id, epoch: 9 });
    expect(await shim.next('error')).toMatchObject({ code: 'BAD_FRAME' });
    shim.send({ op: 'call', call: '7', name: 'other', arguments: {} });
    expect(await shim.next('result')).toMatchObject({ call: '7', result: { isError: true } });
    const client = await keeper.attach(1);
    client.send({ op: 'tool_result', id: 'nobody', result: answer('x') });
    expect(await client.next('error')).toMatchObject({ code: 'BAD_FRAME', key: 'nobody' });
  });

  it('is where the environment of the program says, whatever the last program has put there', async () => {
    const path = join(rig.folder, 'seen');
    mkdirSync(join(path, 'in the way'), { recursive: true });
    const env = { PATH: process.env.PATH ?? '', CONTINUO_TOOLS: path };
    const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool], env });
    await keeper.claim();
    await until(() => statSync(path, { throwIfNoEntry: false })?.isSocket() === true);
    const tools = await connectTools(path);
    expect(await tools.list()).toEqual([tool]);
    rmSync(path);
    mkdirSync(path);
    const client = await keeper.attach(1);
    client.send({ op: 'close', reason: 'done' });
    expect(await client.next('exit')).toMatchObject({ exit: { ending: { kind: 'closed' } } });
    await tools.closed;
  });

  it('drops the result of a shim that has gone, and tells its path to the program', async () => {
    const keeper = rig.start({
      argv: ['bash', '-c', 'echo "$CONTINUO_TOOLS"; cat'],
      io: lines,
      tools: [tool],
    });
    const shim = await keeper.connect('tools');
    shim.send({ op: 'call', call: '1', name: 'ask', arguments: {} });
    await until(() => keeper.records().length === 2);
    const records = keeper.records();
    expect(records).toContainEqual(expect.objectContaining({ d: 'out', s: toolsSocket(keeper.folder) }));
    shim.socket.destroy();
    const client = await keeper.attach(1);
    const id = records.flatMap((record) => (record.d === 'call' ? record.id : []))[0] ?? '';
    client.send({ op: 'tool_result', id, result: answer('late') });
    expect(await client.next('ack')).toMatchObject({ key: id });
    expect(await client.write('k', 'fine')).toMatchObject({ ev: 'ack' });
  });
});
