import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { layTombstone } from '../../../src/activities/keeper/await-claim.js';
import { attach } from '../../../src/activities/keeper/connection.js';
import type { Keeper } from '../../../src/activities/keeper/place.js';
import { look } from '../../../src/activities/keeper/place.js';
import { signalProcess } from '../../../src/activities/keeper/process-name.js';
import { readBootId, startOf } from '../../../src/activities/keeper/processes.js';
import type { Exit, FromKeeper } from '../../../src/activities/keeper/protocol.js';
import { files, protocolVersion } from '../../../src/activities/keeper/protocol.js';
import { EvictedError, untilEnded, withKeeper } from '../../../src/activities/keeper/watch.js';
import { testOwner } from '../../support/keepers.js';

let place: string;
let own: Keeper['process'];

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'place-test-'));
  own = { bootId: await readBootId(), pid: process.pid, start: (await startOf(process.pid)) ?? '' };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const exit: Exit = {
  ending: { kind: 'exited', exitCode: 3, signal: null },
  durationMs: 5,
  outputProblem: null,
  end: 0,
  at: '2026-01-01T00:00:00Z',
};

/** A generation whose keeper claims to be this process. */
function claimed(number: number, process: Keeper['process'] = own): { folder: string; claim: Keeper } {
  const folder = join(place, `gen-000${number}`);
  mkdirSync(folder);
  const claim: Keeper = {
    kind: 'keeper',
    version: protocolVersion,
    id: 'nonce',
    process,
    owner: testOwner,
    cookie: 'cookie',
    startedAt: '2026-01-01T00:00:00Z',
  };
  writeFileSync(join(folder, files.claim), JSON.stringify(claim));
  return { folder, claim };
}

describe('looking at a place', () => {
  it('finds nothing where nothing was started', async () => {
    expect(await look(join(place, 'none'))).toEqual({ kind: 'none' });
    mkdirSync(join(place, 'gen-0001'));
    expect(await look(place)).toEqual({ kind: 'none' });
  });

  it('sees the newest keeper, past generations that nobody has claimed', async () => {
    claimed(1, { ...own, start: '1' });
    const second = claimed(2);
    mkdirSync(join(place, 'gen-0003'));
    layTombstone(join(place, 'gen-0003'));
    expect(await look(place)).toEqual({ kind: 'running', ...second });
  });

  it('takes a process of another start or another boot for another one, and signals it never', async () => {
    const reused = { ...own, start: '1' };
    const first = claimed(1, reused);
    expect(await look(place)).toEqual({ kind: 'lost', ...first });
    const second = claimed(2, { ...own, bootId: 'before' });
    expect(await look(place)).toEqual({ kind: 'lost', ...second });
    // It would end this very test.
    await signalProcess(first.claim.process, 'SIGKILL');
    await signalProcess(second.claim.process, 'SIGKILL');
  });

  it('takes the exit from its file, or from a journal that ends with it', async () => {
    const first = claimed(1);
    writeFileSync(join(first.folder, files.exit), JSON.stringify(exit));
    expect(await look(place)).toEqual({ kind: 'ended', ...first, exit });

    const second = claimed(2, { ...own, start: '1' });
    const record = `${JSON.stringify({ n: 1, t: 2, d: 'exit', exit })}\n`;
    writeFileSync(join(second.folder, files.journal), record);
    expect(await look(place)).toEqual({ kind: 'ended', ...second, exit: { ...exit, end: record.length } });

    writeFileSync(join(second.folder, files.journal), record.slice(0, -9));
    expect(await look(place)).toEqual({ kind: 'lost', ...second });
  });
});

describe('attaching', () => {
  let server: Server | undefined;

  afterEach(async () => {
    await new Promise((closed) => (server ? server.close(closed) : closed(null)));
  });

  /** Somebody listens there, and answers each client with this text. */
  async function attachTo(text: string, { folder, claim }: ReturnType<typeof claimed>) {
    server = createServer((client) => {
      client.on('error', () => undefined).resume();
      client.write(text);
    });
    await new Promise<void>((ready) => server?.listen(join(folder, files.socket), () => ready()));
    return attach(folder, claim, 1);
  }
  const frame = (value: FromKeeper) => `${JSON.stringify(value)}\n`;

  it('says that nobody is there', async () => {
    const { folder, claim } = claimed(1);
    await expect(attach(folder, claim)).rejects.toMatchObject({ code: 'GONE' });
    await expect(attach(join(place, 'x'.repeat(120)), claim)).rejects.toMatchObject({ code: 'GONE' });
  });

  it('gives up on one that does not answer', async () => {
    await expect(attachTo('', claimed(1))).rejects.toMatchObject({ code: 'DEAF' });
  });

  it('says why it was refused', async () => {
    const refusal = frame({ ev: 'error', code: 'WRONG_KEEPER' });
    await expect(attachTo(refusal, claimed(1))).rejects.toMatchObject({ code: 'WRONG_KEEPER' });
  });

  it.each([['no JSON\n'], ['{"ev":"grew","end":"far"}\n'], ['x'.repeat(2_000_000)]])(
    'hangs up on one that is no keeper (%#)',
    async (text) => {
      await expect(attachTo(text, claimed(1))).rejects.toMatchObject({ code: 'GONE' });
    },
  );

  it('speaks to no keeper of another version', async () => {
    const refusal = frame({ ev: 'error', code: 'WRONG_VERSION' });
    await expect(attachTo(refusal, claimed(1))).rejects.toMatchObject({ code: 'WRONG_VERSION' });
  });

  /** Somebody else's live process is the keeper; its first client is hung up on right after its hello. */
  async function loseConnection(epochThen: number): Promise<unknown> {
    const sleeper = spawn('sleep', ['1000']);
    try {
      const pid = sleeper.pid ?? 0;
      const { folder, claim } = claimed(1, { ...own, pid, start: (await startOf(pid)) ?? '' });
      const hello = {
        version: protocolVersion,
        id: claim.id,
        child: null,
        end: 0,
        exit: null,
        stalled: null,
      };
      const facts = { attached: true, rssBytes: 1 };
      let epoch = 1;
      server = createServer((client) => {
        client.on('error', () => undefined).resume();
        client.write(frame({ ev: 'hello', ...hello, ...facts, epoch }));
        if (epoch === 1) client.end();
        epoch = epochThen;
      });
      await new Promise<void>((ready) => server?.listen(join(folder, files.socket), () => ready()));
      const lost = await withKeeper(folder, claim, { epoch: 1 }, untilEnded).catch((error: unknown) => error);
      expect(await look(place)).toMatchObject({ kind: 'running' });
      return lost;
    } finally {
      sleeper.kill('SIGKILL');
    }
  }

  it('leaves a keeper that goes on to the newer attempt, when the connection broke without a word', async () => {
    expect(await loseConnection(2)).toBeInstanceOf(EvictedError);
  });

  it('leaves a keeper that goes on to the next attempt, when the connection broke for no reason', async () => {
    expect(await loseConnection(1)).toMatchObject({ name: 'LeftError' });
  });
});
