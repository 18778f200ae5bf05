import { rm, symlink, utimes } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openCommittedFiles } from '../../../../src/activities/git/committed-files.js';
import { createFileTracker } from '../../../../src/activities/tracker/file/index.js';
import { createLockWatch } from '../../../../src/activities/tracker/file/lock-watch.js';
import { openTracker } from '../../../../src/activities/tracker/registry.js';
import type { TreeReader } from '../../../../src/activities/git/landing-edits.js';
import type { TestRepository } from '../repository.js';
import { configOf, withRepository } from '../repository.js';

const active = ['Todo', 'In Progress'];

function trackerOf(repository: TestRepository, parts?: Record<string, string>) {
  return openTracker(configOf(repository, parts), { ...repository, env: {} });
}

describe('task files in a repository', () => {
  it('are read at the head of the base branch, in folders below the tasks folder, without README.md', async () => {
    await withRepository(async (repository) => {
      await repository.commit({
        'tasks/a.md': '# Do a\n\nAll of it.',
        'tasks/deep/er/b.md': '',
        'tasks/README.md': '# About tasks',
        'tasks/deep/readme.md': '# About tasks',
        'tasks/notes.txt': 'x',
        'tasksx/c.md': '',
        'd.md': '',
      });
      await repository.git('switch', '-q', '-c', 'other');
      await repository.commit({ 'tasks/e.md': '' });
      const { issues } = await trackerOf(repository).fetchIssuesByStates(active);
      expect(issues.map((issue) => issue.id)).toEqual(['a', 'b']);
      expect(issues[0]).toMatchObject({
        title: 'Do a',
        state: 'Todo',
        description: '# Do a\n\nAll of it.',
        native_ref: { path: 'tasks/a.md' },
      });
    });
  });

  it('are read again when the branch moves, and once while it does not', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': '' });
      const tracker = trackerOf(repository);
      const [first] = await tracker.fetchIssuesByIds(['a']);
      expect((await tracker.fetchIssuesByIds(['a']))[0]).toBe(first);
      await repository.commit({ 'tasks/a.md': '---\nstate: Done\n---\n' });
      expect((await tracker.fetchIssuesByIds(['a']))[0]?.state).toBe('Done');
    });
  });

  it('may lie in another folder and begin in another state', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'docs/work/a.md': '', 'tasks/b.md': '' });
      const tracker = trackerOf(repository, {
        tracker:
          '{ kind: file, provider: { path: ./docs/work/ }, active_states: [Ready], terminal_states: [Shipped] }',
      });
      const { issues } = await tracker.fetchIssuesByStates(['ready']);
      expect(issues.map((issue) => [issue.id, issue.state])).toEqual([['a', 'Ready']]);
    });
  });

  it('are no tasks when they are links', async () => {
    await withRepository(async (repository) => {
      await repository.write({ 'tasks/a.md': '' });
      await symlink('/etc/hostname', join(repository.folder, 'tasks/link.md'));
      await repository.commit({});
      const { issues, problems } = await trackerOf(repository).fetchIssuesByStates(active);
      expect(issues.map((issue) => issue.id)).toEqual(['a']);
      expect(problems).toEqual([]);
    });
  });

  it('are none in an empty folder, or without one', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'x.md': '' });
      expect(await trackerOf(repository).fetchIssuesByStates(active)).toEqual({ issues: [], problems: [] });
    });
  });

  it('cannot be read without a commit or without the base branch, and the message says what to do', async () => {
    await withRepository(async (repository) => {
      await expect(trackerOf(repository).fetchIssuesByStates(active)).rejects.toThrow(
        `the repository ${repository.folder} has no commits: make a first one`,
      );
      await repository.commit({ 'tasks/a.md': '' });
      const other = trackerOf(repository, { repository: '{ url: ., base: trunk }' });
      await expect(other.fetchIssuesByStates(active)).rejects.toThrow(
        `no branch trunk in ${repository.folder}`,
      );
    });
  });

  it('are not waited for when their server takes the connection and says nothing (TRK-13)', async () => {
    const connections: Socket[] = [];
    const server = createServer((connection) => void connections.push(connection));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      await withRepository(async (repository) => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git`;
        const config = configOf(repository, { repository: `{ url: "${url}", base: main }` });
        const files = openCommittedFiles({ paths: repository.paths, config });
        const tracker = createFileTracker(config, files, { answerMs: 2_000 });
        await expect(tracker.fetchIssuesByStates(active)).rejects.toMatchObject({
          category: 'tracker_request',
          message: `the repository ${url} has not answered within 2 s`,
        });
      });
      expect(connections.length).toBeGreaterThan(0);
    } finally {
      for (const connection of connections) connection.destroy();
      await new Promise((closed) => server.close(closed));
    }
  });
});

describe('task files that are not committed', () => {
  it('are reported, and are no candidates', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': '' });
      await repository.write({ 'tasks/b.md': '', 'tasks/deep/c.md': '', 'tasks/README.md': '', 'b.md': '' });
      const { issues, problems } = await trackerOf(repository).fetchIssuesByStates(active);
      expect(issues.map((issue) => issue.id)).toEqual(['a']);
      const message = 'is not committed on main: commit it first, then it can start';
      expect(problems).toEqual([
        { where: 'tasks/b.md', message },
        { where: 'tasks/deep/c.md', message },
      ]);
    });
  });

  it('count as they were committed, with a note', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': '# Committed', 'tasks/b.md': 'one\ntwo\n' });
      await repository.write({ 'tasks/a.md': '# Edited', 'tasks/b.md': 'one\r\ntwo\r\n' });
      const { issues, problems } = await trackerOf(repository).fetchIssuesByStates(active);
      expect(issues[0]?.title).toBe('Committed');
      expect(problems).toEqual([
        { where: 'tasks/a.md', message: 'has edits that are not committed: they count when you commit them' },
      ]);
    });
  });

  it('are not compared while git is changing the checkout, such as in the middle of a landing', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': 'one' });
      await repository.write({ 'tasks/a.md': 'two', '.git/index.lock': 'Continuo lands a change' });
      const tracker = trackerOf(repository);
      expect((await tracker.fetchIssuesByStates(active)).problems).toEqual([]);
      await rm(join(repository.folder, '.git/index.lock'));
      expect((await tracker.fetchIssuesByStates(active)).problems).toMatchObject([{ where: 'tasks/a.md' }]);
    });
  });

  it('are told of again when a lock that stays is removed, which is asked for after a while', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': 'one' });
      await repository.write({ 'tasks/a.md': 'two', '.git/index.lock': '' });
      const lock = join(repository.folder, '.git/index.lock');
      const config = configOf(repository);
      const files = openCommittedFiles({ paths: repository.paths, config });
      let now = 0;
      const tracker = createFileTracker(config, files, { lockedFor: createLockWatch(() => now) });
      const told = async () => (await tracker.fetchIssuesByStates(active)).problems;
      expect(await told()).toEqual([]);
      // It looks old, as after a clock that was set, and was seen for a moment only.
      await utimes(lock, 0, 0);
      expect(await told()).toEqual([]);
      now = 119_999;
      expect(await told()).toEqual([]);
      now = 120_000;
      const problem = { where: lock, message: expect.stringContaining('remove the file') };
      expect(await told()).toEqual([problem]);
      // Another git's lock begins anew.
      await rm(lock);
      await repository.write({ '.git/index.lock': 'another one' });
      expect(await told()).toEqual([]);
      await rm(lock);
      expect(await told()).toMatchObject([{ where: 'tasks/a.md' }]);
    });
  });

  it('are not told of when the base has moved between the look at it and at the files', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': 'one' });
      const config = configOf(repository);
      const files = openCommittedFiles({ paths: repository.paths, config });
      const readFiles: typeof files.readFiles = async (commit, paths) => {
        const texts = await files.readFiles(commit, paths);
        await repository.commit({ 'tasks/a.md': 'landed', 'tasks/b.md': '' });
        return texts;
      };
      const tracker = createFileTracker(config, { ...files, readFiles });
      expect((await tracker.fetchIssuesByStates(active)).problems).toEqual([]);
    });
  });

  it('are not compared while another branch is checked out', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': 'one' });
      await repository.git('switch', '-q', '-c', 'other');
      await repository.write({ 'tasks/a.md': 'two' });
      expect((await trackerOf(repository).fetchIssuesByStates(active)).problems).toEqual([]);
    });
  });

  it('do not exist in a bare repository', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': '' });
      await repository.write({ 'tasks/b.md': '' });
      const bare = join(repository.folder, 'bare.git');
      await repository.git('clone', '-q', '--bare', '.', bare);
      const tracker = trackerOf(repository, { repository: `{ url: ${bare} }` });
      expect((await tracker.fetchIssuesByStates(active)).problems).toEqual([]);
    });
  });

  it('are found in a linked worktree as well, and links are not followed', async () => {
    await withRepository(async (repository) => {
      await repository.commit({ 'tasks/a.md': '' });
      await repository.git('switch', '-q', '--detach');
      const linked = join(repository.folder, 'linked');
      await repository.git('worktree', 'add', '-q', linked, 'main');
      await repository.write({ 'linked/tasks/b.md': '', 'secret/c.md': '' });
      await symlink(join(repository.folder, 'secret'), join(linked, 'tasks/secret'));
      await rm(join(linked, 'tasks/a.md'));
      await repository.write({ 'linked/tasks/a.md': 'edited' });
      const tracker = trackerOf(repository, { repository: `{ url: ${linked} }` });
      const { problems } = await tracker.fetchIssuesByStates(active);
      expect(problems.map((problem) => problem.where)).toEqual(['tasks/a.md', 'tasks/b.md']);
    });
  });
});

describe('landing a task', () => {
  function treeOf(files: Record<string, string>): TreeReader {
    return {
      listFiles: (folder) =>
        Promise.resolve(Object.keys(files).filter((path) => path.startsWith(`${folder}/`))),
      readFile: (path) => Promise.resolve(files[path] ?? null),
    };
  }

  const edits = (repository: TestRepository, files: Record<string, string>, parts?: Record<string, string>) =>
    trackerOf(repository, parts).landingEdits?.({ issueId: 'a', source: 'tracker' }, treeOf(files));

  it('leaves the task file alone whose name a prompt has by chance', async () => {
    await withRepository(async (repository) => {
      const tree = treeOf({ 'tasks/a.md': '' });
      const entry = { issueId: 'a', source: 'prompt' } as const;
      expect(await trackerOf(repository).landingEdits?.(entry, tree)).toEqual([]);
    });
  });

  it('sets the first terminal state in the file of the task, wherever it is now', async () => {
    await withRepository(async (repository) => {
      const other = { 'tasks/b.md': '', 'tasks/a.txt': '', 'a.md': '' };
      expect(
        await edits(repository, { ...other, 'tasks/moved/a.md': '---\nstate: Todo\n---\nbody' }),
      ).toEqual([{ path: 'tasks/moved/a.md', content: '---\nstate: Done\n---\nbody' }]);
      const tracker = '{ kind: file, terminal_states: [Shipped, Done] }';
      expect(await edits(repository, { 'tasks/a.md': '' }, { tracker })).toEqual([
        { path: 'tasks/a.md', content: '---\nstate: Shipped\n---\n' },
      ]);
    });
  });

  it.each([
    ['is gone', {}],
    ['is finished already', { 'tasks/a.md': '---\nstate: Done\n---\n' }],
    ['is broken', { 'tasks/a.md': '---\nstate: Todo\n' }],
    ['is there twice', { 'tasks/a.md': '', 'tasks/x/a.md': '' }],
  ])('edits nothing when the file %s', async (_case, files) => {
    await withRepository(async (repository) => {
      expect(await edits(repository, files)).toEqual([]);
    });
  });
});
