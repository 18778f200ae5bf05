import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KeptProgram, Rig } from './rig.js';
import { createRig, hasNamespaces, lines, namespace, until, withCookie } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.end());

const has = (keeper: KeptProgram, name: string) => existsSync(join(keeper.folder, name));
const kinds = (keeper: KeptProgram) => keeper.records().map(({ d }) => d);
const argv = ['bash', '-c', 'head -n 1 > got; touch over'];

describe('a keeper that a test kills', () => {
  it('has claimed its generation, and begun nothing', async () => {
    const keeper = rig.start({ argv, io: lines, fault: { at: 'claimed' } });
    expect(await keeper.over).toBe('SIGKILL');
    expect([has(keeper, 'keeper.json'), has(keeper, 'journal.log')]).toEqual([true, false]);
  });

  it('has started its program, and journalled nothing', async () => {
    const keeper = rig.start({ argv, io: lines, fault: { at: 'spawned' } });
    expect(await keeper.over).toBe('SIGKILL');
    expect(kinds(keeper)).toEqual([]);
  });

  it.each([
    ['journalled', ''],
    ['written', 'second\n'],
  ] as const)('has just %s the line with the key', async (at, got) => {
    const script = 'read first; head -n 1 > got; touch over';
    const keeper = rig.start({ argv: ['bash', '-c', script], io: lines, fault: { at, key: 'b' } });
    const client = await keeper.attach(1);
    expect(await client.write('a', 'first')).toMatchObject({ ev: 'ack' });
    await expect(client.write('b', 'second')).rejects.toThrow('the connection has ended');
    expect(await keeper.over).toBe('SIGKILL');
    expect(kinds(keeper)).toEqual(['in', 'in']);
    await until(() => existsSync(join(rig.folder, 'over')));
    expect(readFileSync(join(rig.folder, 'got'), 'utf8')).toBe(got);
  });

  it.each([
    ['journalled', false],
    ['written', true],
  ] as const)('has just %s the result of a tool', async (at, isHandedOver) => {
    const tool = { name: 'ask', description: 'Asks a person', inputSchema: { type: 'object' } };
    const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool], fault: { at } });
    const shim = await keeper.connect('tools');
    shim.send({ op: 'call', call: '1', name: 'ask', arguments: {} });
    await until(() => keeper.records().length === 1);
    const [call] = keeper.records();
    const id = call?.d === 'call' ? call.id : '';
    const result = { content: [{ type: 'text' as const, text: 'because' }] };
    const client = await keeper.attach(1);
    client.send({ op: 'tool_result', id, result });
    await expect(client.next('ack')).rejects.toThrow('the connection has ended');
    expect(await keeper.over).toBe('SIGKILL');
    expect(keeper.records()).toMatchObject([{ d: 'call' }, { d: 'result', id, result }]);
    if (isHandedOver) expect(await shim.next('result')).toEqual({ ev: 'result', call: '1', result });
    else await expect(shim.next('result')).rejects.toThrow('the connection has ended');
  });

  it.each([
    ['exit_journalled', false],
    ['exit_written', true],
  ] as const)('has reached %s', async (at, isStored) => {
    const keeper = rig.start({ argv: ['true'], io: lines, fault: { at } });
    expect(await keeper.over).toBe('SIGKILL');
    expect(kinds(keeper)).toEqual(['exit']);
    expect(has(keeper, 'exit.json')).toBe(isStored);
  });

  const itInNamespace = hasNamespaces ? it : it.skip;
  itInNamespace('takes its whole program with it, where there are PID namespaces', async () => {
    const script = `(setsid sleep 1000 &); setsid bash -c '(trap "" TERM; while :; do sleep 1; done) &'; echo ready; cat`;
    const keeper = rig.start({ argv: [...namespace, 'bash', '-c', script], io: lines });
    await until(() => kinds(keeper).includes('out'));
    expect((await withCookie(rig.folder)).length).toBeGreaterThan(3);
    keeper.signal('SIGKILL');
    await until(async () => (await withCookie(rig.folder)).length === 0);
    expect(await keeper.over).toBe('SIGKILL');
  });
});
