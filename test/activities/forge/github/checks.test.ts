import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Workspace } from '../../../../src/domain/task.js';
import type { Pull } from '../../../support/github/index.js';
import { scriptedLine } from '../scripted-line.js';
import { us, useForge } from './world.js';

const asked = { config: 'c', project: 'shop', identifier: 'GH-1', number: 1 };

function inActivity<T>(work: () => Promise<T>): Promise<T> {
  return new MockActivityEnvironment().run(work);
}

describe('failed checks of a change on GitHub', () => {
  const world = useForge();
  let runPath: string;
  let pull: Pull;
  beforeEach(async () => {
    runPath = await mkdtemp(join(tmpdir(), 'continuo-checks-'));
    pull = await world.open();
  });
  afterEach(() => rm(runPath, { recursive: true }));

  const rerun = async (sha = pull.head.sha) =>
    (await inActivity(() => world.watch(scriptedLine()).rerunChecks({ ...asked, sha }))).isRerun;
  const read = (sha = pull.head.sha) => {
    const workspace = { runPath } as Workspace;
    return inActivity(() => world.watch(scriptedLine()).readChecks({ ...asked, sha, workspace }));
  };
  const run = (...jobs: Parameters<typeof world.shop.runWorkflow>[0]['jobs']) =>
    world.shop.runWorkflow({ sha: pull.head.sha, branch: pull.head.ref, jobs });
  const failing = (log: string | Buffer) => ({ name: 'test', conclusion: 'failure' as const, log });

  describe('are run once more', () => {
    it('by the runs that they are of, once for a commit', async () => {
      const first = run({ name: 'build', conclusion: 'success' }, failing(''));
      expect(await rerun()).toBe(true);
      expect(first.attempt).toBe(2);
      expect((await world.look(1)).checks).toMatchObject([
        { name: 'build', state: 'passed' },
        { name: 'test', state: 'pending' },
      ]);
    });

    it('not again while they run, nor when they have failed twice', async () => {
      const first = run(failing(''));
      const posts = () => world.github.calls.filter(({ path }) => path.endsWith('rerun-failed-jobs'));
      world.github.faults.add({ match: { path: /rerun-failed-jobs/ }, reset: true, isAfter: true });
      await expect(rerun()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
      // The repetition finds that it was done: nothing has failed, as far as can be seen now.
      expect(await rerun()).toBe(true);
      const again = first.jobs.at(-1);
      if (again === undefined) throw new Error('it has a job');
      world.shop.endJob(again, { conclusion: 'failure' });
      expect(await rerun()).toBe(false);
      expect(posts()).toHaveLength(1);
    });

    it('not where one of them is of somebody else', async () => {
      const first = run(failing(''));
      world.shop.status(pull.head.sha, 'lint', 'failure');
      expect(await rerun()).toBe(false);
      expect(first.attempt).toBe(1);
    });

    it('not where others decide', async () => {
      const first = run({ name: 'build', conclusion: 'success' }, failing(''));
      world.shop.protect('main', { requiredContexts: ['build'] });
      await rerun();
      expect(first.attempt).toBe(1);
    });

    it('not where GitHub does not let them, or the head is another by now', async () => {
      run(failing(''));
      expect(await rerun('0'.repeat(40))).toBe(false);
      const message = 'Unable to retry this workflow run because it was created over a month ago';
      world.github.faults.add({ match: { path: /rerun-failed-jobs/ }, status: 403, body: { message } });
      expect(await rerun()).toBe(false);
    });
  });

  describe('are read', () => {
    it('with the end of their logs, which are kept whole beside the evidence', async () => {
      const log = `${'2026-01-01T00:00:00Z line\n'.repeat(5_000)}AssertionError: 1 is not 2\n##[error]Process completed with exit code 1.\nPost job cleanup.\n`;
      run({ name: 'build', conclusion: 'success' }, failing(log));
      const [check, ...others] = await read();
      expect(others).toEqual([]);
      expect(check).toMatchObject({ name: 'test', kind: 'failed', tests: null });
      expect(check?.command).toMatch(/^a job of GitHub Actions: http/);
      expect(check?.tail).toMatch(
        /AssertionError: 1 is not 2\n##\[error\]Process completed with exit code 1\.$/,
      );
      expect(Buffer.byteLength(check?.tail ?? '')).toBeLessThanOrEqual(4_096);
      expect(await readFile(join(runPath, check?.log ?? ''), 'utf8')).toBe(log);
      // Logs are fetched from elsewhere, without the token.
      expect(world.github.calls.at(-1)).toMatchObject({
        path: expect.stringMatching(/^\/_logs/),
        status: 200,
      });
      expect(await read()).toEqual([check]);
    });

    it('whatever bytes are in their logs and names', async () => {
      const log = Buffer.concat([
        Buffer.from([0xff, 0xfe, 0x00, 0x1b]),
        Buffer.from('[31mred\x1b[0m\r\n\x07ok'),
      ]);
      run({ name: '../../etc/passwd', conclusion: 'failure', log });
      const [check] = await read();
      expect(check?.tail).not.toMatch(/[^\P{Cc}\n]/u);
      expect(check?.tail).toContain('ok');
      expect(check?.log).toMatch(/^evidence\/[0-9a-f]{40}-forge\/[^/]+\.log$/);
      expect(await readFile(join(runPath, check?.log ?? ''))).toEqual(log);
    });

    it('with no more than the end of a log without end', async () => {
      const log = Buffer.alloc(20 * 1024 * 1024, 'x\n');
      log.write('the end', log.length - 8);
      run(failing(log));
      const [check] = await read();
      expect((await stat(join(runPath, check?.log ?? ''))).size).toBe(16 * 1024 * 1024);
      expect(check?.tail).toContain('the end');
    });

    it('by what their programs have told GitHub, where there is no log', async () => {
      const { sha } = pull.head;
      const output = { title: 'Two problems', summary: 'in a.ts', text: 'line 1' };
      world.shop.check(sha, 'lint', { conclusion: 'timed_out', output, detailsUrl: 'https://ci.example/1' });
      world.shop.status(sha, 'size', 'error', { description: '2 KB too large' });
      world.shop.status(sha, 'continuo/test', 'failure', { by: us });
      run(failing('gone'));
      world.github.faults.add({ match: { path: /^\/_logs/ }, status: 410 });
      expect(await read()).toMatchObject([
        { name: 'lint', kind: 'timed_out', tail: 'Two problems\n\nin a.ts\n\nline 1' },
        { name: 'test', kind: 'failed', tail: '' },
        { name: 'size', kind: 'failed', command: 'a check', tail: '2 KB too large' },
      ]);
    });

    it('not of another commit than asked for', async () => {
      run(failing('no'));
      expect(await read('0'.repeat(40))).toEqual([]);
    });

    it('again later, where the place of the logs is down', async () => {
      run(failing('no'));
      world.github.faults.add({ match: { path: /^\/_logs/ }, status: 503 });
      await expect(read()).rejects.toMatchObject({ type: 'forge_request', nonRetryable: false });
      expect(await read()).toHaveLength(1);
    });
  });
});
