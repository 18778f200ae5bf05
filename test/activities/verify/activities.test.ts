import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMirror } from '../../../src/activities/git/mirror.js';
import type { HostDeps } from '../../../src/activities/host.js';
import { placesOf } from '../../../src/activities/attempt.js';
import { endProgram, runningIn } from '../../../src/activities/keeper/strays.js';
import { runProgram } from '../../../src/activities/keeper/program.js';
import { SupersededError } from '../../../src/activities/keeper/run-hold.js';
import { createVerifyActivities } from '../../../src/activities/verify/activities.js';
import { parseConfig } from '../../../src/config/parse.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { Evidence } from '../../../src/domain/evidence.js';
import type { VerifyPort } from '../../../src/workflows/ports.js';
import { until } from '../../support/engine.js';
import { TestRepository } from './repository.js';

type VerifyInput = Parameters<VerifyPort['verify']>[0];

let repository: TestRepository;
let runPath: string;
let counter: string;

beforeEach(() => {
  repository = new TestRepository();
  runPath = join(repository.root, 'run');
  counter = join(repository.root, 'counter');
  mkdirSync(runPath);
});
afterEach(async () => {
  await Promise.all((await runningIn(placesOf(runPath))).map(endProgram));
  repository.remove();
});

function configOf(checks: Record<string, string>) {
  const list = Object.entries(checks).map(([name, run]) => ({ name, run }));
  const text = `---
tracker: { kind: file }
repository: { url: ${JSON.stringify(repository.path)}, base: main }
land: { mode: merge }
containment: { level: none }
agent: { kind: command }
command: { run: agent }
verify: { checks: ${JSON.stringify(list)} }
---
`;
  return parseConfig(join(repository.root, 'WORKFLOW.md'), text, {});
}

/** Verifies HEAD of the repository against the commit before it, or itself. */
async function verify(
  checks: Record<string, string>,
  input: Partial<VerifyInput> = {},
  activity = new MockActivityEnvironment(),
): Promise<Evidence> {
  const config = configOf(checks);
  const log = () => undefined;
  const deps: HostDeps = {
    host: 'here',
    paths: dataPaths(join(repository.root, 'data')),
    env: process.env,
    configs: { put: () => Promise.resolve(), get: () => Promise.resolve(config) },
    log: { debug: log, info: log, warn: log, error: log },
  };
  await (await openMirror({ paths: deps.paths, config })).fetch();
  const activities = createVerifyActivities(deps);
  return activity.run((whole: VerifyInput) => activities.verify(whole), {
    config: config.hash,
    workspace: { host: 'here', path: '/nowhere', runPath, ref: 'refs/x', baseSha: 'b' },
    sha: repository.git('rev-parse', 'HEAD'),
    baseSha: repository.git('rev-list', '--max-parents=0', 'HEAD'),
    overlay: false,
    ...input,
  });
}

const runs = () => (existsSync(counter) ? readFileSync(counter, 'utf8').length : 0);
const counting = (script: string) => `printf x >> ${counter}; ${script}`;

describe('verify', () => {
  it('runs every check on the exact commit and keeps the evidence with the commit', async () => {
    const sha = repository.commit({ 'a.txt': 'committed\n' });
    writeFileSync(join(repository.path, 'a.txt'), 'not committed\n');
    const evidence = await verify({
      show: 'cat a.txt; git rev-parse HEAD',
      broken: 'echo no; exit 2',
      last: 'true',
    });

    expect(evidence.checks.map(({ name, kind }) => [name, kind])).toEqual([
      ['show', 'passed'],
      ['broken', 'failed'],
      ['last', 'passed'],
    ]);
    expect(readFileSync(join(runPath, evidence.checks[0]!.log), 'utf8')).toBe(`committed\n${sha}\n`);
    expect(evidence.checks[0]!.log).toBe(`evidence/${sha}/show.log`);
    expect(evidence.tools).toEqual({
      bash: expect.stringContaining('bash'),
      git: expect.stringContaining('git version'),
      node: expect.stringMatching(/^v\d+/),
      platform: `${process.platform} ${process.arch}`,
    });
    const stored = JSON.parse(readFileSync(join(runPath, evidence.manifest), 'utf8')) as unknown;
    expect(stored).toMatchObject({ overlay: false, evidence });
  });

  it('takes protected paths from the base with the overlay, and from the commit without', async () => {
    const baseSha = repository.commit({ 'jest.config.js': 'strict' });
    const sha = repository.commit({ 'jest.config.js': 'lax' });
    const checks = { test: 'grep strict jest.config.js' };
    const guarded = await verify(checks, { overlay: true, baseSha });
    expect(guarded).toMatchObject({ overlaid: ['jest.config.js'], checks: [{ kind: 'passed' }] });
    expect(guarded.manifest).toBe(`evidence/${sha}-overlay/manifest.json`);
    const accepted = await verify(checks, { overlay: false, baseSha });
    expect(accepted).toMatchObject({ overlaid: [], checks: [{ kind: 'failed' }] });
  });

  it('has the history of the commit in its checkout, and nothing of other work', async () => {
    repository.commit({ 'a.txt': '1' });
    repository.git('switch', '--quiet', '--create', 'other');
    const foreign = repository.commit({ 'b.txt': '2' });
    repository.git('switch', '--quiet', 'main');
    repository.commit({ 'c.txt': '3' });
    const paths = dataPaths(join(repository.root, 'data'));
    const mirror = await openMirror({ paths, config: configOf({ test: 'true' }) });
    await mirror.fetchRefs('refs/heads/other');
    const evidence = await verify({
      history: 'test $(git rev-list --count HEAD) = 2 && git fsck --strict',
      foreign: `! git cat-file -e ${foreign}`,
    });
    expect(await mirror.resolve(foreign)).toBe(foreign);
    expect(evidence.checks.map(({ kind }) => kind)).toEqual(['passed', 'passed']);
  });

  it('leaves nothing of its checkout behind in the run directory', async () => {
    repository.commit({});
    await verify({ test: 'touch left; chmod -w .' });
    expect(existsSync(join(runPath, 'checkout'))).toBe(false);
    expect(readdirSync(placesOf(runPath))).toEqual([]);
  });

  it('gives each check an empty temporary directory of its own', async () => {
    repository.commit({});
    const evidence = await verify({ first: 'echo x > $TMPDIR/left', second: 'test -z "$(ls -A $TMPDIR)"' });
    expect(evidence.checks.map(({ kind }) => kind)).toEqual(['passed', 'passed']);
    expect(existsSync(join(runPath, 'tmp', 'checks'))).toBe(false);
  });

  it('starts from a clean checkout after a worker was killed in the middle', async () => {
    repository.commit({});
    mkdirSync(join(runPath, 'checkout'));
    writeFileSync(join(runPath, 'checkout', 'left'), 'x');
    expect(await verify({ test: 'test ! -e left' })).toMatchObject({ checks: [{ kind: 'passed' }] });
  });

  it('does not repeat what has passed, until checks or base change', async () => {
    repository.commit({ a: '1' });
    repository.commit({ a: '2' });
    const first = await verify({ test: counting('true') });
    const later = () => new MockActivityEnvironment({ activityId: 'later' });
    expect(await verify({ test: counting('true') }, {}, later())).toEqual(first);
    expect(runs()).toBe(1);
    await verify({ test: counting('true'), more: 'true' }, {}, later());
    expect(runs()).toBe(2);
    await verify(
      { test: counting('true'), more: 'true' },
      { baseSha: repository.git('rev-parse', 'HEAD') },
      later(),
    );
    expect(runs()).toBe(3);
  });

  it('repeats a failure for another activity, but not for a repetition of the same one', async () => {
    repository.commit({});
    const checks = { test: counting('false') };
    await verify(checks);
    await verify(checks);
    expect(runs()).toBe(1);
    await verify(checks, {}, new MockActivityEnvironment({ activityId: 'later' }));
    expect(runs()).toBe(2);
  });

  const attempt = (number: number, activityId = 'one') =>
    new MockActivityEnvironment({ activityId, attempt: number });
  const go = () => writeFileSync(join(repository.root, 'go'), '');
  /** Passes once the test lets it. */
  const waiting = () =>
    counting(`until [ -e ${join(repository.root, 'go')} ]; do sleep 0.02; done; test ! -e left; touch left`);
  const began = (times: number) => until(() => runs() >= times);

  describe('whose worker leaves', () => {
    /** Lets the worker leave while the second one of three checks runs. */
    async function beginAndLeave(checks: Record<string, string>): Promise<unknown> {
      const activity = attempt(1);
      const caught = verify(checks, {}, activity).catch((error: unknown) => error);
      await began(2);
      activity.cancel('WORKER_SHUTDOWN');
      return caught;
    }

    it('goes on with the check that runs, and repeats none that has ended', async () => {
      repository.commit({});
      const checks = { first: counting('touch seen'), second: waiting(), third: counting('test -e seen') };
      expect(await beginAndLeave(checks)).toMatchObject({ nextRetryDelay: '1ms', nonRetryable: false });
      const next = verify(checks, {}, attempt(2));
      go();
      expect((await next).checks.map(({ kind }) => kind)).toEqual(['passed', 'passed', 'passed']);
      expect(runs()).toBe(3);
      expect(existsSync(join(runPath, 'checkout'))).toBe(false);
      expect(readdirSync(placesOf(runPath))).toEqual([]);
    });

    it('starts over on a clean checkout when the check is lost meanwhile', async () => {
      repository.commit({});
      const checks = { first: counting('test ! -e seen; touch seen'), second: waiting() };
      await beginAndLeave(checks);
      for (const { keeper } of await runningIn(placesOf(runPath)))
        process.kill(keeper.process.pid, 'SIGKILL');
      go();
      expect((await verify(checks, {}, attempt(2))).checks.map(({ kind }) => kind)).toEqual([
        'passed',
        'passed',
      ]);
      expect(runs()).toBe(4);
    });
  });

  it('starts over when its check is lost while it is attended to', async () => {
    repository.commit({});
    const running = verify({ test: waiting() });
    await began(1);
    for (const { keeper } of await runningIn(placesOf(runPath))) process.kill(keeper.process.pid, 'SIGKILL');
    await began(2);
    go();
    expect(await running).toMatchObject({ checks: [{ kind: 'passed' }] });
  });

  describe('while an older attempt still runs', () => {
    it('takes the check over from it', async () => {
      repository.commit({});
      const older = verify({ test: waiting() }, {}, attempt(1)).catch((error: unknown) => error);
      await began(1);
      const newer = verify({ test: waiting() }, {}, attempt(2));
      expect(await older).toBeInstanceOf(SupersededError);
      go();
      const evidence = await newer;
      expect(evidence).toMatchObject({ checks: [{ kind: 'passed' }] });
      expect(runs()).toBe(1);
      const stored = JSON.parse(readFileSync(join(runPath, evidence.manifest), 'utf8')) as unknown;
      expect(stored).toMatchObject({ evidence });
      expect(existsSync(join(runPath, 'checkout'))).toBe(false);
    });

    it('is refused when it is the older one itself, and arrives late', async () => {
      repository.commit({});
      const newer = verify({ test: waiting() }, {}, attempt(2));
      await began(1);
      await expect(verify({ test: waiting() }, {}, attempt(1))).rejects.toThrow(SupersededError);
      go();
      expect(await newer).toMatchObject({ checks: [{ kind: 'passed' }] });
      expect(runs()).toBe(1);
    });

    it('waits for another activity, and ends nothing of it', async () => {
      repository.commit({});
      const first = verify({ test: waiting() }, {}, attempt(1));
      await began(1);
      const second = verify({ test: waiting(), more: 'true' }, {}, attempt(1, 'two'));
      go();
      expect((await first).checks).toMatchObject([{ kind: 'passed' }]);
      expect((await second).checks).toMatchObject([{ kind: 'passed' }, { kind: 'passed' }]);
    });
  });

  it('lets the program of another workflow in the same run directory go on', async () => {
    repository.commit({});
    const end = new AbortController();
    const turn = runProgram({
      place: join(placesOf(runPath), 'turn-1-12345678'),
      owner: {
        project: 'p',
        identifier: 'i',
        workflowId: 'task',
        workflowRun: 'r',
        kind: 'agent',
        title: 't',
      },
      argv: ['sleep', '1000'],
      cwd: runPath,
      env: { PATH: process.env.PATH ?? '' },
      stdin: null,
      output: join(runPath, 'transcript.log'),
      timeoutMs: 60_000,
      leaseMs: 60_000,
      epoch: 1,
      end: end.signal,
    });
    await until(async () => (await runningIn(placesOf(runPath))).length === 1);
    expect(await verify({ test: 'true' })).toMatchObject({ checks: [{ kind: 'passed' }] });
    end.abort();
    expect(await turn).toMatchObject({ kind: 'cancelled' });
  });

  it('is cancelled with its check, and keeps no evidence of it', async () => {
    const sha = repository.commit({});
    const activity = new MockActivityEnvironment();
    const beats: unknown[] = [];
    activity.on('heartbeat', (details) => beats.push(details));
    const running = verify({ test: counting('sleep 1000') }, {}, activity);
    const caught = running.catch((error: unknown) => error);
    await began(1);
    activity.cancel();
    expect(await caught).toBeInstanceOf(CancelledFailure);
    expect(beats).toContainEqual({ check: null });
    expect(existsSync(join(runPath, 'evidence', sha, 'manifest.json'))).toBe(false);
    expect(existsSync(join(runPath, 'checkout'))).toBe(false);
  });
});
