import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { layTombstone } from '../../../src/activities/keeper/await-claim.js';
import { look, readClaim } from '../../../src/activities/keeper/place.js';
import type { ProgramSpec } from '../../../src/activities/keeper/program.js';
import { EvictedError, keeperSpec, runProgram } from '../../../src/activities/keeper/program.js';
import { files } from '../../../src/activities/keeper/protocol.js';
import { KeeperStartError } from '../../../src/activities/keeper/start.js';
import { endAll, testOwner } from '../../support/keepers.js';
import type { Settings } from '../../support/line-session.js';
import { compile } from '../../support/program.js';

const agent = fileURLToPath(new URL('../../support/line-agent.mjs', import.meta.url));
const keeper = fileURLToPath(new URL('../../../dist/keeper.js', import.meta.url));

let folder: string;
let place: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-test-'));
  place = join(folder, 'place');
});
afterEach(async () => {
  await endAll(folder);
  rmSync(folder, { recursive: true, force: true });
});

/** Notes that it was started. */
function program(more: Partial<ProgramSpec> = {}): ProgramSpec {
  return {
    place,
    owner: testOwner,
    argv: ['bash', '--norc', '-c', 'echo once >> count'],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    stdin: null,
    output: join(folder, 'output'),
    timeoutMs: 30_000,
    leaseMs: 30_000,
    epoch: 1,
    ...more,
  };
}
const count = () => (existsSync(join(folder, 'count')) ? readFileSync(join(folder, 'count'), 'utf8') : '');

describe('starting a keeper', () => {
  it('happens once for six workers at once: one generation, one program, one of each request', async () => {
    const worker = await compile('test/support/line-session.ts');
    const argv = [process.execPath, agent, join(folder, 'notes')];
    const ended = [1, 2, 3, 4, 5, 6].map(async (epoch) => {
      const settings: Settings = { place, folder, agent: argv, epoch };
      const child = spawn(process.execPath, [worker, JSON.stringify(settings)]);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await once(child, 'close');
      return output;
    });
    const outputs = await Promise.all(ended);
    const replaced = outputs.filter((output) => output.includes(EvictedError.name));
    const finished = outputs.filter((output) => output.includes('finished with yes'));
    expect(finished.length).toBeGreaterThan(0);
    expect(replaced.length + finished.length).toBe(6);
    expect(readdirSync(place)).toEqual(['gen-0001']);
    const notes = readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
    expect(notes).toEqual(['start', 'init', 'turn do it', 'answer yes']);
  });

  it('goes on after a worker that died before it started one, and that one never starts any more', async () => {
    const abandoned = join(place, 'gen-0001');
    mkdirSync(abandoned, { recursive: true });
    expect(await runProgram(program())).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(readClaim(abandoned)).toEqual({ kind: 'tombstone' });
    expect(await look(place)).toMatchObject({ folder: join(place, 'gen-0002') });
    expect(count()).toBe('once\n');
  });

  it('lets a keeper that comes too late end, and start nothing', async () => {
    const late = join(place, 'gen-0001');
    mkdirSync(late, { recursive: true });
    layTombstone(late);
    const io = { kind: 'output', stdin: null, file: join(folder, 'output'), limitBytes: 1_000 } as const;
    const child = spawn(process.execPath, [keeper, late], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(JSON.stringify(keeperSpec(program(), io)));
    expect(await once(child, 'exit')).toEqual([75, null]);
    expect(count()).toBe('');
    expect(await look(place)).toEqual({ kind: 'none' });
  });

  it('says what a keeper printed that could not begin', async () => {
    const spec = program({ env: { NUMBER: 1 as unknown as string } });
    const failed = runProgram(spec).catch((error: unknown) => error);
    expect(await failed).toBeInstanceOf(KeeperStartError);
    expect(await failed).toHaveProperty('message', expect.stringContaining('wrong or missing env'));
    // And the next attempt is not held up by it.
    expect(await runProgram(program())).toMatchObject({ kind: 'exited', exitCode: 0 });
  });

  it('tells a keeper nothing of the environment but what it needs', async () => {
    process.env.CANARY = 'a secret of the worker';
    try {
      const running = runProgram(
        program({ argv: ['bash', '--norc', '-c', 'until [ -e go ]; do sleep 0.02; done'] }),
      );
      let found = await look(place);
      while (found.kind !== 'running') {
        await sleep(10);
        found = await look(place);
      }
      const environ = readFileSync(`/proc/${found.claim.process.pid}/environ`, 'latin1');
      const names = environ.split('\0').flatMap((entry) => (entry === '' ? [] : (entry.split('=')[0] ?? '')));
      const allowed = ['PATH', 'HOME', 'LANG', 'TZ'];
      expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
      mkdirSync(join(folder, 'go'));
      await running;
      expect(readFileSync(join(found.folder, files.log), 'utf8')).toBe('');
    } finally {
      delete process.env.CANARY;
    }
  });
});
