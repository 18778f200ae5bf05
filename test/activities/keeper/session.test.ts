import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attach } from '../../../src/activities/keeper/connection.js';
import { generations, look } from '../../../src/activities/keeper/place.js';
import { findProcess } from '../../../src/activities/keeper/processes.js';
import { EvictedError, LeftError } from '../../../src/activities/keeper/program.js';
import { files } from '../../../src/activities/keeper/protocol.js';
import type { LineProtocol, SessionSpec } from '../../../src/activities/keeper/session.js';
import { runSession } from '../../../src/activities/keeper/session.js';
import { endAll, testOwner } from '../../support/keepers.js';
import type { Settings } from '../../support/line-session.js';
import { compile } from '../../support/program.js';
import { recordsOf } from './process/rig.js';

const agent = fileURLToPath(new URL('../../support/line-agent.mjs', import.meta.url));

let folder: string;
let place: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-test-'));
  place = join(folder, 'place');
});
afterEach(async () => {
  await endAll(folder);
  rmSync(folder, { recursive: true, force: true });
});

const notes = () => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
const records = (generation: string) => recordsOf(readFileSync(join(generation, files.journal), 'utf8'));

type Lines = LineProtocol<string[], string>;

/** The state is what the program printed; `next` is given it. */
function session(script: string, next: Lines['next'], more: Partial<SessionSpec<string[], string>> = {}) {
  return runSession<string[], string>({
    place,
    owner: testOwner,
    launch: () =>
      Promise.resolve({ argv: ['bash', '--norc', '-c', script], env: { PATH: process.env.PATH ?? '' } }),
    cwd: folder,
    timeoutMs: 60_000,
    leaseMs: 30_000,
    epoch: 1,
    journalLimitBytes: 64 * 1024 * 1024,
    protocol: {
      initial: [],
      apply: (lines, record) => (record.d === 'out' ? [...lines, record.s] : lines),
      restart: (lines) => [...lines, 'cut off'],
      next,
    },
    ...more,
  });
}

/** Settles when the session of this place has read this line, and tells it to leave. */
async function leaveAfter(line: string, script: string, next: Lines['next'] = () => []): Promise<void> {
  const leaving = new AbortController();
  const left = session(script, next, {
    leave: leaving.signal,
    onState: (lines) => lines.includes(line) && leaving.abort(),
  });
  await expect(left).rejects.toThrow(LeftError);
}

/** Answers, and is done when that was heard. */
const saysYes: Lines['next'] = (lines) =>
  lines.includes('got yes')
    ? [{ kind: 'done', result: lines.join() }]
    : [{ kind: 'write', key: 'answer', line: 'yes' }];

describe('a session', () => {
  it('leaves while it waits, and is carried on from there', async () => {
    const script = 'echo ready; read answer; echo "got $answer"; cat';
    await leaveAfter('ready', script);
    const result = await session(script, saysYes, { epoch: 2 });
    expect(result).toMatchObject({ kind: 'done', result: 'ready,got yes' });
  });

  it('decides nothing before it has read what was there', async () => {
    const script = 'for n in {1..5000}; do echo $n; done; cat';
    await leaveAfter('5000', script);
    const asked: number[] = [];
    await session(
      script,
      (lines) => {
        asked.push(lines.length);
        return [{ kind: 'done', result: '' }];
      },
      { epoch: 2 },
    );
    expect(asked[0]).toBe(5000);
  });

  it('ends the program with all it started when that is wished for', async () => {
    const ending = new AbortController();
    const result = await session("trap '' TERM; sleep 1000 & echo $!; wait", () => [], {
      end: ending.signal,
      onState: (lines) => lines.length > 0 && ending.abort(),
    });
    expect(result).toMatchObject({
      kind: 'ended',
      exit: { ending: { kind: 'closed', reason: 'cancelled' } },
    });
    const child = await findProcess(Number(result.state[0]));
    // Orphans may stay zombies in a container.
    expect(child?.zombie ?? true).toBe(true);
  });

  it('ends at once when there is nothing to end', async () => {
    const result = await session('touch started', () => [], { end: AbortSignal.abort() });
    expect(result).toEqual({ kind: 'lost', state: [] });
    expect(existsSync(join(folder, 'started'))).toBe(false);
  });

  it('waits with lines for a program that does not read, and sends each once and in order', async () => {
    // More than a program may have waiting for it.
    const lines = Array.from({ length: 8 }, (_, n) => ({
      kind: 'write' as const,
      key: `line-${n}`,
      line: `${n}`.repeat(1024 * 1024),
    }));
    const script =
      'until [ -e go ]; do sleep 0.02; done; for n in {1..8}; do read -N 1048577 l; echo "${l:0:1}"; done; cat';
    const running = session(script, (read) =>
      read.length === 8 ? [{ kind: 'done', result: read.join('') }] : lines,
    );
    const written = async () => {
      const found = await look(place);
      if (found.kind !== 'running' || !existsSync(join(found.folder, files.journal))) return 0;
      const text = readFileSync(join(found.folder, files.journal), 'utf8');
      return text.split('"d":"in"').length - 1;
    };
    while ((await written()) < 4) await sleep(50);
    writeFileSync(join(folder, 'go'), '');
    expect(await running).toMatchObject({ kind: 'done', result: '01234567' });
  });

  it('says what the keeper does not take', async () => {
    const failed = session('cat', () => [{ kind: 'write', key: 'two', line: 'two\nlines' }]);
    await expect(failed).rejects.toThrow('the keeper does not take the line two: BAD_FRAME');
  });
});

describe('an attempt that was replaced', () => {
  it('writes nothing any more', async () => {
    await leaveAfter('ready', 'echo ready; cat');
    const found = await look(place);
    if (found.kind !== 'running') throw new Error('the program should run');
    const old = await attach(found.folder, found.claim, 2);
    const newer = await attach(found.folder, found.claim, 3);
    await expect(attach(found.folder, found.claim, 2)).rejects.toMatchObject({ code: 'STALE' });
    await expect(attach(found.folder, found.claim, 3)).rejects.toMatchObject({ code: 'STALE' });

    const late = old.ask({ op: 'write', key: 'late', line: 'late' }).catch((error: unknown) => error);
    expect(await newer.ask({ op: 'write', key: 'new', line: 'new' })).toBeNull();
    expect(await late).not.toBeNull();
    expect(records(found.folder).flatMap((record) => (record.d === 'in' ? [record.key] : []))).toEqual([
      'new',
    ]);
    old.close();
    newer.close();
  });

  it('a reader may look on, and writes nothing', async () => {
    await leaveAfter('ready', 'echo ready; cat');
    const found = await look(place);
    if (found.kind !== 'running') throw new Error('the program should run');
    const reader = await attach(found.folder, found.claim);
    expect(await reader.ask({ op: 'write', key: 'line', line: 'line' })).toBe('NOT_WRITER');
    reader.close();
  });

  it.each(['before', 'after'] as const)(
    'says so when it was frozen %s it wrote, and leaves everything to the newer one',
    async (moment) => {
      const worker = await compile('test/support/line-session.ts');
      const work = (epoch: number, more: Partial<Settings> = {}) => {
        const argv = [process.execPath, agent, join(folder, 'notes')];
        const settings: Settings = { place, folder, agent: argv, epoch, ...more };
        const child = spawn(process.execPath, [worker, JSON.stringify(settings)]);
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
        return { child, ended: once(child, 'close').then(() => output) };
      };
      const frozen = work(1, { dieAt: { moment, key: 'turn-1', by: 'SIGSTOP' } });
      try {
        const state = () => readFileSync(`/proc/${frozen.child.pid}/stat`, 'latin1').split(') ')[1]?.[0];
        while (state() !== 'T') await sleep(10);
        expect(JSON.parse(await work(2).ended)).toMatchObject({ kind: 'done', result: 'finished with yes' });
        frozen.child.kill('SIGCONT');
        expect(await frozen.ended).toContain(EvictedError.name);
      } finally {
        frozen.child.kill('SIGKILL');
      }
      expect(notes()).toEqual(['start', 'init', 'turn do it', 'answer yes']);
    },
  );

  it('leaves a program that waits for somebody alone, and comes back with what it waits for', async () => {
    const script = 'echo asks; read answer; echo "got $answer"; cat';
    const first = await session(script, (lines) =>
      lines.includes('asks') ? [{ kind: 'suspend', result: 'asks' }] : [],
    );
    expect(first).toMatchObject({ kind: 'suspended', result: 'asks', state: ['asks'] });
    expect((await look(place)).kind).toBe('running');

    const second = await session(script, saysYes, { epoch: 2 });
    expect(second).toMatchObject({ kind: 'done', result: 'asks,got yes' });
  });

  it('begins anew with all that is known of a program that was cut off', async () => {
    const next: Lines['next'] = (lines) =>
      lines.filter((line) => line === 'ready').length === 2 ? [{ kind: 'done', result: lines.join() }] : [];
    const ending = new AbortController();
    const cut = await session('echo ready; cat', next, {
      end: ending.signal,
      onState: (lines) => lines.length > 0 && ending.abort(),
    });
    expect(cut.kind).toBe('ended');
    expect(await session('echo ready; cat', next, { epoch: 2 })).toMatchObject({
      kind: 'done',
      result: 'ready,cut off,ready',
    });
    // It has done what it was started for.
    expect(await session('echo ready; cat', next, { epoch: 3 })).toMatchObject({ kind: 'done' });
    expect(generations(place)).toHaveLength(2);
  });

  it.each(['exit 1', 'cat'])(
    'begins another program for one that is of no use, after: %s',
    async (ending) => {
      const launch: SessionSpec<string[], string>['launch'] = (lines) => {
        const script = lines.includes('cut off') ? `echo second; cat` : `echo useless; ${ending}`;
        return Promise.resolve({
          argv: ['bash', '--norc', '-c', script],
          env: { PATH: process.env.PATH ?? '' },
        });
      };
      const next: Lines['next'] = (lines) => {
        if (lines.at(-1) === 'useless') return [{ kind: 'again' }];
        return lines.at(-1) === 'second' ? [{ kind: 'done', result: lines.join() }] : [];
      };
      const done = { kind: 'done', result: 'useless,cut off,second' };
      expect(await session('', next, { launch })).toMatchObject(done);
      // Another worker finds the same.
      expect(await session('', next, { launch, epoch: 2 })).toMatchObject(done);
      expect(generations(place)).toHaveLength(2);
    },
  );

  it('ends a program that is silent for longer than its state allows', async () => {
    const result = await session('echo ready; cat', () => [], {
      patience: (lines) => (lines.includes('ready') ? { ms: 200, for: 'a line' } : null),
    });
    expect(result).toMatchObject({ kind: 'silent', state: ['ready'] });
    // Whoever asks again learns the same.
    expect(await session('echo ready; cat', () => [], { epoch: 2 })).toMatchObject({ kind: 'silent' });
  });

  it('ends a program that has no time left, whatever it says', async () => {
    const result = await session('while :; do echo tick; sleep 0.05; done', () => [], {
      timeLeftMs: (lines) => (lines.length > 3 ? 0 : null),
    });
    expect(result).toMatchObject({ kind: 'silent', state: expect.arrayContaining(['tick']) });
  });

  it('ends a program that says much, and does not answer', async () => {
    const result = await session('while sleep 0.02; do echo noise; done', () => [], {
      patience: () => ({ ms: 300, for: 'an answer' }),
    });
    expect(result).toMatchObject({ kind: 'silent' });
  });

  it('looks again when there is news from outside', async () => {
    let note: string | null = null;
    const result = await session(
      'echo ready; read line; echo "$line"; cat',
      (lines) => {
        if (lines.length > 1) return [{ kind: 'done', result: lines.join() }];
        return note === null ? [] : [{ kind: 'write', key: 'note', line: note }];
      },
      {
        listen(changed) {
          const timer = setTimeout(() => {
            note = 'hello';
            changed();
          }, 300);
          return () => clearTimeout(timer);
        },
      },
    );
    expect(result).toMatchObject({ kind: 'done', result: 'ready,hello' });
  });
});
