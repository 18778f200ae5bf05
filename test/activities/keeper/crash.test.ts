import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../../src/activities/keeper/protocol.js';
import { endAll } from '../../support/keepers.js';
import type { Settings } from '../../support/line-session.js';
import { compile } from '../../support/program.js';

const agent = fileURLToPath(new URL('../../support/line-agent.mjs', import.meta.url));
/** What the agent notes in a session that nothing disturbs. */
const undisturbed = ['start', 'init', 'turn do it', 'answer yes'];

let worker: string;
let folder: string;

beforeAll(async () => {
  worker = await compile('test/support/line-session.ts');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crash-test-'));
});
afterEach(async () => {
  await endAll(folder);
  rmSync(folder, { recursive: true, force: true });
});

const notes = () =>
  existsSync(join(folder, 'notes')) ? readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n') : [];

/** One worker, until it ends or is killed; null when it was killed. */
function work(epoch: number, more: Partial<Settings> = {}): unknown {
  const settings: Settings = {
    place: join(folder, 'place'),
    folder,
    agent: [process.execPath, agent, join(folder, 'notes')],
    epoch,
    ...more,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [worker, JSON.stringify(settings)], {
    encoding: 'utf8',
  });
  if (status === null) return null;
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const finished = expect.objectContaining({ kind: 'done', result: 'finished with yes' });

describe('a crash between two steps', () => {
  it('does not happen: the agent is started once and asked each thing once', () => {
    expect(work(1)).toEqual(finished);
    expect(notes()).toEqual(undisturbed);
    expect(work(2)).toEqual(finished);
    expect(notes()).toEqual(undisturbed);
  });

  const workerDies: NonNullable<Settings['dieAt']>[] = [
    { moment: 'before', key: 'init' },
    { moment: 'after', key: 'init' },
    { moment: 'after', key: 'ready' },
    { moment: 'before', key: 'turn-1' },
    { moment: 'after', key: 'turn-1' },
    { moment: 'after', key: 'question' },
    { moment: 'before', key: 'answer:q1' },
    { moment: 'after', key: 'answer:q1' },
    { moment: 'after', key: 'done' },
  ];
  it.each(workerDies)('the worker dies $moment $key: the next one goes on', (dieAt) => {
    expect(work(1, { dieAt })).toBeNull();
    expect(work(2)).toEqual(finished);
    expect(notes()).toEqual(undisturbed);
  });

  it('each worker dies at the same moment', () => {
    for (let epoch = 1; epoch <= 4; epoch += 1) {
      expect(work(epoch, { dieAt: { moment: 'after', key: 'question' } })).toBeNull();
    }
    expect(work(5)).toEqual(finished);
    expect(notes()).toEqual(undisturbed);
  });

  it('worker and keeper die in the turn: the agent died with them, and the next worker starts it again', async () => {
    expect(work(1, { dieAt: { moment: 'after', key: 'question' } })).toBeNull();
    await endAll(folder);
    expect(work(2)).toEqual(finished);
    expect(notes()).toEqual(['start', 'init', 'turn do it', ...undisturbed]);
  });

  const nothing: string[] = [];
  const keeperDies: { fault: Fault; asked: string[] }[] = [
    { fault: { at: 'claimed' }, asked: nothing },
    // Journalled means: may have been delivered. Here it was not, and nobody can know.
    { fault: { at: 'journalled', key: 'turn-1' }, asked: ['start', 'init'] },
    { fault: { at: 'journalled', key: 'answer:q1' }, asked: ['start', 'init', 'turn do it'] },
  ];
  it.each(keeperDies)(
    'the keeper dies when $fault.at ($fault.key): it is lost, and the next one starts again',
    ({ fault, asked }) => {
      const lost = work(1, { fault });
      expect(lost).toMatchObject({ kind: 'lost' });
      expect(notes().filter(Boolean)).toEqual(asked);
      expect(work(2)).toEqual(finished);
      expect(notes().filter(Boolean)).toEqual([...asked, ...undisturbed]);
    },
  );

  it.each<Fault>([{ at: 'spawned' }, { at: 'written', key: 'turn-1' }])(
    'the keeper dies when $at: what the agent did meanwhile is unknown, it dies with it, and the next one starts again',
    (fault) => {
      expect(work(1, { fault })).toMatchObject({ kind: 'lost' });
      expect(work(2)).toEqual(finished);
      // The lost one may still have said something before the next worker ended it.
      const all = notes().filter(Boolean);
      expect(all.slice(-undisturbed.length)).toEqual(undisturbed);
      expect(all.slice(0, -undisturbed.length).every((note) => undisturbed.includes(note))).toBe(true);
    },
  );

  it.each<Fault>([{ at: 'exit_journalled' }, { at: 'exit_written' }])(
    'the keeper dies when $at: the journal knows the result',
    (fault) => {
      expect(work(1, { fault })).toEqual(finished);
      expect(work(2, { dieAt: { moment: 'before', key: 'init' } })).toEqual(finished);
      expect(notes()).toEqual(undisturbed);
    },
  );

  it('the agent dies in its turn: that is told, and is not repeated by itself', () => {
    const dying = { agent: [process.execPath, agent, join(folder, 'notes'), 'dies in the turn'] };
    const ended = { kind: 'ended', exit: { ending: { kind: 'exited', exitCode: 3, signal: null } } };
    expect(work(1, dying)).toMatchObject(ended);
    expect(work(2, dying)).toMatchObject(ended);
    expect(notes()).toEqual(['start', 'init', 'turn do it']);
  });
});
