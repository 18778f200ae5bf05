import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Landing } from '../../../src/activities/forge/forge.js';
import { finishLandings } from '../../../src/activities/forge/registry.js';
import type { LandingStep } from '../../../src/activities/forge/local/step.js';
import type { Settings } from '../../support/landing-worker.js';
import { compile } from '../../support/program.js';
import { git, read, write } from '../git/rig.js';
import { CheckoutRig } from './checkout-rig.js';

const steps: LandingStep[] = [
  'journalled',
  'locked',
  'examined',
  'moved',
  'written',
  'installed',
  'unlocked',
];

let program: string;
let rig: CheckoutRig;
let landing: Landing;

beforeAll(async () => {
  program = await compile('test/support/landing-worker.ts');
});
beforeEach(() => {
  rig = new CheckoutRig({
    'a.txt': 'old\n',
    'gone.txt': 'gone\n',
    'mine.txt': 'theirs\n',
    'run.sh': 'run\n',
  });
  landing = rig.change((folder) => {
    write(folder, { 'a.txt': 'new\n', 'added/b.txt': 'b\n' });
    chmodSync(join(folder, 'run.sh'), 0o755);
    rmSync(join(folder, 'gone.txt'));
  });
  write(rig.user, { 'mine.txt': 'mine\n', 'notes.txt': 'notes\n' });
});
afterEach(() => rig.remove());

/** One worker, until it ends or is killed; null when it was killed. */
function work(dieAt?: LandingStep, change = landing): unknown {
  const { repository } = rig.rig.config;
  const settings: Settings = {
    data: rig.rig.paths.root,
    repository,
    landing: change,
    ...(dieAt && { dieAt }),
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, JSON.stringify(settings)], {
    encoding: 'utf8',
  });
  if (status === null) return null;
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function expectLanded(): void {
  expect(rig.head()).toBe(landing.candidate.sha);
  expect(read(rig.user, 'a.txt')).toBe('new\n');
  expect(read(rig.user, 'mine.txt')).toBe('mine\n');
  expect(rig.status()).toEqual(['M mine.txt', '?? notes.txt']);
  expect(rig.leftovers()).toEqual([]);
}

const blocked = (words: string): object => ({ kind: 'blocked', message: expect.stringContaining(words) });
/** It has landed, and something is left for a person. */
const left = (words: string): object => ({ kind: 'merged', remainder: expect.stringContaining(words) });

describe('a worker that is killed while it lands in a working tree', () => {
  it.each(steps)('when it has %s: the next one finishes', (step) => {
    expect(work(step)).toBeNull();
    expect(work()).toEqual({ kind: 'merged' });
    expectLanded();
  });

  it.each<LandingStep>(['examined', 'written', 'unlocked'])(
    'each at the same step, when it has %s',
    (step) => {
      for (let count = 0; count < 3; count += 1) expect(work(step)).toBeNull();
      expect(work()).toEqual({ kind: 'merged' });
      expectLanded();
    },
  );

  it.each<LandingStep>(['locked', 'examined', 'moved', 'written'])(
    'when it has %s: nobody commits until the next one has finished',
    (step) => {
      expect(work(step)).toBeNull();
      expect(() => git(rig.user, 'commit', '--quiet', '-a', '-m', 'Mine')).toThrow(/index.lock/);
      expect(work()).toEqual({ kind: 'merged' });
      git(rig.user, 'commit', '--quiet', '-a', '-m', 'Mine');
      expect(git(rig.user, 'show', '--format=%P', '--name-only', 'HEAD').split('\n').filter(Boolean)).toEqual(
        [landing.candidate.sha, 'mine.txt'],
      );
    },
  );

  it.each<LandingStep>(['locked', 'moved', 'written'])(
    'when it has %s: a worker that starts finishes it by itself, or takes the lock away',
    async (step) => {
      expect(work(step)).toBeNull();
      await finishLandings(rig.rig.deps);
      expect(existsSync(join(rig.user, '.git/index.lock'))).toBe(false);
      if (step === 'locked') expect(rig.head()).toBe(landing.candidate.baseSha);
      else expectLanded();
      expect(work()).toEqual({ kind: 'merged' });
      expectLanded();
    },
  );

  it('before the base moved, which a push that it had begun moves later: the next one finishes', () => {
    expect(work('examined')).toBeNull();
    git(rig.user, 'update-ref', 'refs/heads/main', landing.candidate.sha);
    expect(work()).toEqual({ kind: 'merged' });
    expectLanded();
  });

  it('with some of the files written: the next one writes the others', () => {
    expect(work('moved')).toBeNull();
    // As git had got to it.
    write(rig.user, { 'a.txt': 'new\n', 'added/b.txt': 'b\n' });
    rmSync(join(rig.user, 'gone.txt'));
    expect(work()).toEqual({ kind: 'merged' });
    expectLanded();
  });

  it.each<LandingStep>(['journalled', 'locked', 'examined'])(
    'when it has %s, before the base moved: a file that somebody edits then is in the way',
    (step) => {
      expect(work(step)).toBeNull();
      write(rig.user, { 'a.txt': 'edited\n' });
      expect(work()).toEqual(blocked('a.txt changed there; commit or stash that'));
      expect(rig.head()).toBe(landing.candidate.baseSha);
      expect(rig.status()).toEqual(['M a.txt', 'M mine.txt', '?? notes.txt']);
      expect(rig.leftovers()).toEqual([]);
      git(rig.user, 'checkout', '--quiet', '--', 'a.txt');
      expect(work()).toEqual({ kind: 'merged' });
      expectLanded();
    },
  );

  it.each<LandingStep>(['moved', 'written'])(
    'when it has %s: a file that somebody edits then is theirs, the others are finished, and they are asked',
    (step) => {
      expect(work(step)).toBeNull();
      write(rig.user, { 'a.txt': 'edited\n' });
      expect(work()).toEqual(left('a.txt there is neither as before nor as it landed'));
      expect(rig.head()).toBe(landing.candidate.sha);
      expect(read(rig.user, 'a.txt')).toBe('edited\n');
      expect(rig.status()).toEqual(['UU a.txt', 'M mine.txt', '?? notes.txt']);
      // Nobody commits the file without seeing what landed in it.
      expect(() => git(rig.user, 'commit', '--quiet', '-m', 'Mine')).toThrow(/conflict|unmerged/);
      expect(git(rig.user, 'show', ':1:a.txt', ':2:a.txt', ':3:a.txt')).toBe('old\nedited\nnew');
      expect(work()).toEqual(left('a.txt there is neither as before nor as it landed'));

      write(rig.user, { 'a.txt': 'both\n' });
      git(rig.user, 'add', 'a.txt');
      expect(work()).toEqual({ kind: 'merged' });
      expect(rig.status()).toEqual(['M  a.txt', 'M mine.txt', '?? notes.txt']);
      expect(read(rig.user, 'a.txt')).toBe('both\n');
      expect(rig.leftovers()).toEqual([]);
    },
  );

  it('when the base has moved: what is settled one after the other stays settled', () => {
    expect(work('moved')).toBeNull();
    write(rig.user, { 'a.txt': 'edited\n', added: 'a file\n' });
    expect(work()).toEqual(left('a.txt'));
    write(rig.user, { 'a.txt': 'both\n' });
    git(rig.user, 'add', 'a.txt');
    expect(work()).toEqual(left('added/b.txt there is neither as before nor as it landed'));
    expect(work()).not.toEqual(left('a.txt'));
    rmSync(join(rig.user, 'added'));
    git(rig.user, 'checkout', '--quiet', '--theirs', '--', 'added/b.txt');
    git(rig.user, 'add', 'added/b.txt');
    expect(work()).toEqual({ kind: 'merged' });
    expect(rig.status()).toContain('M  a.txt');
    expect(rig.leftovers()).toEqual([]);
  });

  it('when the base has moved: a conflict about something else is named, and waited for', () => {
    expect(work('moved')).toBeNull();
    rmSync(join(rig.user, '.git/index.lock'));
    const oid = git(rig.user, 'rev-parse', 'HEAD~1:mine.txt').trim();
    const stages = [1, 2, 3].map((stage) => `100644 ${oid} ${stage}\tother.txt\n`).join('');
    execFileSync('git', ['update-index', '--index-info'], { cwd: rig.user, input: stages });
    expect(work()).toEqual(left('other.txt in conflict there'));
    git(rig.user, 'rm', '--quiet', '--cached', 'other.txt');
    expect(work()).toEqual({ kind: 'merged' });
    expect(read(rig.user, 'a.txt')).toBe('new\n');
  });

  it('when the base has moved: what somebody puts in the place of a new file is theirs', () => {
    expect(work('moved')).toBeNull();
    write(rig.user, { added: 'a file\n' });
    expect(work()).toEqual(left('added/b.txt there is neither as before nor as it landed'));
    expect(read(rig.user, 'added')).toBe('a file\n');
    expect(read(rig.user, 'a.txt')).toBe('new\n');
  });

  it('when the base has moved, and somebody commits on it in spite of the lock: what they have is theirs', () => {
    expect(work('moved')).toBeNull();
    rmSync(join(rig.user, '.git/index.lock'));
    git(rig.user, 'commit', '--quiet', '-m', 'Mine');
    const [head, status] = [rig.head(), rig.status()];
    expect(work()).toEqual({ kind: 'merged' });
    expect([rig.head(), rig.status()]).toEqual([head, status]);
    expect(rig.leftovers()).toEqual([]);
  });

  it('when it has journalled, and somebody commits: the change is made anew for what they have', () => {
    expect(work('journalled')).toBeNull();
    git(rig.user, 'commit', '--quiet', '-a', '-m', 'Mine');
    const head = rig.head();
    expect(work()).toEqual({ kind: 'moved' });
    expect(rig.head()).toBe(head);
    expect(rig.leftovers()).toEqual([]);
  });

  it('when the base has moved, and somebody goes to another branch: there is nothing to finish', () => {
    expect(work('moved')).toBeNull();
    rmSync(join(rig.user, '.git/index.lock'));
    git(rig.user, 'symbolic-ref', 'HEAD', 'refs/heads/other');
    expect(work()).toEqual({ kind: 'merged' });
    expect(read(rig.user, 'a.txt')).toBe('old\n');
    expect(rig.leftovers()).toEqual([]);
  });

  it('when the base has moved: the next change waits for it, too', () => {
    expect(work('moved')).toBeNull();
    write(rig.user, { 'a.txt': 'edited\n' });
    const next = rig.change((folder) => write(folder, { 'next.txt': 'next\n' }));
    expect(work(undefined, next)).toEqual(blocked('a.txt there is neither as before nor as it landed'));
    git(rig.user, 'checkout', '--quiet', '--theirs', '--', 'a.txt');
    git(rig.user, 'add', 'a.txt');
    expect(work(undefined, next)).toEqual({ kind: 'merged' });
    expect(existsSync(join(rig.user, 'next.txt'))).toBe(true);
    expect(rig.status()).toEqual(['M mine.txt', '?? notes.txt']);
  });
});
