import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LandStrategy } from '../../../src/domain/config-view.js';
import type { Workspace } from '../../../src/domain/task.js';
import { GitRig, git, read, write } from './rig.js';

let rig: GitRig;
let workspace: Workspace;

beforeEach(async () => {
  rig = new GitRig({
    files: { 'README.md': 'Shop\n', 'a.txt': '1\n2\n3\n', 'tasks/SHOP-1.md': 'state: Todo\n' },
    landingEdits: async (_, { issueId }, tree) => {
      const [path = ''] = (await tree.listFiles('tasks')).filter((file) => file.includes(issueId));
      const text = (await tree.readFile(path)) ?? '';
      return [{ path, content: text.replace('Todo', 'Done') }];
    },
  });
  workspace = await rig.workspace();
});
afterEach(() => rig.remove());

function show(sha: string, path: string): string {
  return rig.git('show', `${sha}:${path}`);
}

/** The same commit at another time. */
function remake(sha: string, date: string): string {
  const content = rig
    .git('cat-file', 'commit', sha)
    .replace(/^((?:author|committer) .*>) .*$/gm, `$1 ${Date.parse(date) / 1000} +0000`);
  const file = join(rig.folder, 'commit');
  writeFileSync(file, `${content}\n`);
  return rig.git('hash-object', '-t', 'commit', '-w', file);
}

function count(range: string): number {
  return Number(rig.git('rev-list', '--count', range));
}

describe('rebase', () => {
  it.each([
    ['squash', 1, 1],
    ['rebase', 2, 1],
    ['merge', 3, 2],
  ] as const)(
    'by %s brings the work and the tracker’s edit to the moved base',
    async (strategy, commits, parents) => {
      await rig.commit(workspace, { 'one.txt': '1' }, { message: 'First step' });
      const sha = await rig.commit(workspace, { 'two.txt': '2' }, { message: 'Second step' });
      const base = rig.commitToBase({ 'theirs.txt': 't' });
      const candidate = await rig.candidate(rig.entry(workspace, sha, { strategy }));
      expect(candidate.baseSha).toBe(base);
      expect(rig.git('ls-tree', '-r', '--name-only', candidate.sha).split('\n')).toEqual([
        'README.md',
        'a.txt',
        'one.txt',
        'tasks/SHOP-1.md',
        'theirs.txt',
        'two.txt',
      ]);
      expect(show(candidate.sha, 'tasks/SHOP-1.md')).toBe('state: Done');
      expect(count(`${base}..${candidate.sha}`)).toBe(commits);
      expect(rig.git('log', '-1', '--format=%P', candidate.sha).split(' ')).toHaveLength(parents);
      expect(rig.git('log', '-1', '--format=%(trailers:only)', candidate.sha)).toContain(
        `Continuo-Change: ${sha}`,
      );
      expect(rig.git('log', '-1', '--format=%s|%an', candidate.sha)).toBe(
        `${strategy === 'rebase' ? 'Second step' : 'Add the numbers'}|Continuo`,
      );
      expect(rig.git('rev-parse', 'main')).toBe(base);
    },
  );

  it.each([
    ['squash', 'Continuo <continuo@localhost>', 'Ann Lee <ann@example.org>'],
    ['rebase', 'Ann Lee <ann@example.org>', ''],
  ] as const)('by %s says which person had a part in the work', async (strategy, author, coAuthor) => {
    await rig.commit(workspace, { 'one.txt': '1' });
    const sha = await rig.commit(workspace, { 'two.txt': '2' }, { author: 'Ann Lee <ann@example.org>' });
    rig.commitToBase({ 'theirs.txt': 't' });
    const candidate = await rig.candidate(rig.entry(workspace, sha, { strategy }));
    const format = '--format=%an <%ae>|%(trailers:key=Co-authored-by,valueonly)';
    expect(rig.git('log', '-1', format, candidate.sha).trim()).toBe(`${author}|${coAuthor}`);
  });

  it.each(['squash', 'rebase', 'merge'] as LandStrategy[])(
    'by %s gives the same commit for the same input, with dates that come from it, also on another host',
    async (strategy) => {
      const made = await rig.commit(workspace, { 'one.txt': '1' });
      const base = rig.commitToBase({ 'theirs.txt': 't' });
      const sha = remake(made, '2001-01-01T00:00:00Z');
      rig.git('update-ref', workspace.ref, sha);
      rig.git('update-ref', 'refs/heads/main', remake(base, '2033-01-01T00:00:00Z'));
      const entry = rig.entry(workspace, sha, { strategy });

      const first = await rig.candidate(entry);
      expect(rig.git('log', '-1', '--format=%as %cs', first.sha)).toBe('2001-01-01 2033-01-01');
      rmSync(rig.paths.root, { recursive: true });
      expect(await rig.candidate(entry)).toEqual(first);
    },
  );

  it('has a title of one line, whatever the issue says, and no forged trailer', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const title = `Add\nContinuo-Change: ${'0'.repeat(40)}\0`;
    const candidate = await rig.candidate(rig.entry(workspace, sha, { title }));
    expect(rig.git('log', '-1', '--format=%s', candidate.sha)).toContain('Add Continuo-Change');
    expect(rig.git('log', '-1', '--format=%(trailers:key=Continuo-Change,valueonly)', candidate.sha)).toBe(
      sha,
    );
  });

  it('leaves the tracker alone for a task that came from a prompt', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const candidate = await rig.candidate(rig.entry(workspace, sha, { source: 'prompt' }));
    expect(show(candidate.sha, 'tasks/SHOP-1.md')).toBe('state: Todo');
  });

  it.each(['squash', 'rebase', 'merge'] as LandStrategy[])(
    'by %s has nothing to land when the base has all of it already, but for the tracker’s edit',
    async (strategy) => {
      const sha = await rig.commit(workspace, { 'a.txt': '1\n2\n4\n' });
      const base = rig.commitToBase({ 'a.txt': '1\n2\n4\n' });
      const entry = rig.entry(workspace, sha, { strategy });
      expect(await rig.rebase({ ...entry, source: 'prompt' })).toEqual({ kind: 'empty', baseSha: base });
      const candidate = await rig.candidate(entry);
      expect(rig.git('diff', '--name-only', base, candidate.sha)).toBe('tasks/SHOP-1.md');
      const done = rig.commitToBase({ 'tasks/SHOP-1.md': 'state: Done\n' });
      expect(await rig.rebase(entry)).toEqual({ kind: 'empty', baseSha: done });
    },
  );
});

describe('what has landed', () => {
  it.each(['squash', 'rebase', 'merge'] as LandStrategy[])(
    'by %s is known again, also when the base has moved on since',
    async (strategy) => {
      const sha = await rig.commit(workspace, { 'one.txt': '1' });
      const entry = rig.entry(workspace, sha, { strategy });
      const candidate = await rig.candidate(entry);
      expect(await rig.merge(entry, candidate)).toEqual({ kind: 'merged' });
      expect(await rig.rebase(entry)).toEqual({ kind: 'landed', candidate });

      rig.commitToBase({ 'theirs.txt': 't' });
      expect(await rig.rebase(entry)).toEqual({ kind: 'landed', candidate });
      expect(await rig.merge(entry, candidate)).toEqual({ kind: 'merged' });
    },
  );

  it('is not taken for the work of a later round of the same task', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const entry = rig.entry(workspace, sha);
    await rig.merge(entry, await rig.candidate(entry));
    const next = await rig.commit(workspace, { 'two.txt': '2' });
    const candidate = await rig.candidate(rig.entry(workspace, next));
    expect(rig.git('diff', '--name-only', 'main', candidate.sha)).toBe('two.txt');
  });

  it('is not taken for another task’s, which has the same files', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const entry = rig.entry(workspace, sha);
    await rig.merge(entry, await rig.candidate(entry));
    expect((await rig.rebase({ ...entry, identifier: 'SHOP-2', sha })).kind).toBe('empty');
  });

  it('is known when a person merged the checkpoint by hand', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    rig.git('merge', '--quiet', '--no-ff', '-m', 'By hand', sha);
    expect(await rig.rebase(rig.entry(workspace, sha))).toMatchObject({ kind: 'landed', candidate: { sha } });
  });
});

describe('a conflict', () => {
  it.each(['squash', 'rebase', 'merge'] as LandStrategy[])(
    'goes into the files of the workspace, and lands by %s when it is solved there',
    async (strategy) => {
      await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n' });
      const sha = await rig.commit(workspace, { 'b.txt': 'b' });
      const base = rig.commitToBase({ 'a.txt': '1\nuser\n3\n', 'theirs.txt': 't' });
      const entry = rig.entry(workspace, sha, { strategy });
      const outcome = await rig.rebase(entry);
      const hunks = [{ path: 'a.txt', line: 2, base: 'user', work: 'agent' }];
      expect(outcome).toEqual({ kind: 'conflict', baseSha: base, files: ['a.txt'], hunks });
      expect(await rig.rebase(entry)).toEqual(outcome);
      expect(read(workspace.path, 'a.txt')).toMatch(/^1\n<<<<<<< [^]*agent[^]*>>>>>>> [^]*3\n$/);
      expect(read(workspace.path, 'theirs.txt')).toBe('t');

      const solved = await rig.commit(workspace, { 'a.txt': '1\nboth\n3\n' });
      const candidate = await rig.candidate(rig.entry(workspace, solved, { strategy }));
      expect(show(candidate.sha, 'a.txt')).toBe('1\nboth\n3');
      expect(rig.git('diff', '--name-only', base, candidate.sha).split('\n')).toEqual([
        'a.txt',
        'b.txt',
        'tasks/SHOP-1.md',
      ]);
      const patch = read(workspace.runPath, 'diff.patch');
      expect(patch).toContain('+both');
      expect(patch).not.toContain('theirs.txt');
    },
  );

  it('stays one while its marks are in the files', async () => {
    const sha = await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n' });
    rig.commitToBase({ 'a.txt': '1\nuser\n3\n' });
    await rig.rebase(rig.entry(workspace, sha));
    write(workspace.path, { 'other.txt': '' });
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toMatchObject({
      kind: 'committed',
      notes: ['marks of a conflict with the base are left in a.txt'],
    });
    const marked = rig.git('rev-parse', workspace.ref);
    expect((await rig.rebase(rig.entry(workspace, marked))).kind).toBe('conflict');
  });

  it('does not touch a workspace that was edited since its checkpoint', async () => {
    const sha = await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n' });
    rig.commitToBase({ 'a.txt': '1\nuser\n3\n' });
    write(workspace.path, { 'a.txt': 'edited by hand\n' });
    expect((await rig.rebase(rig.entry(workspace, sha))).kind).toBe('conflict');
    expect(read(workspace.path, 'a.txt')).toBe('edited by hand\n');
  });

  it('does not need the workspace', async () => {
    const sha = await rig.commit(workspace, { 'a.txt': '1\nagent\n3\n' });
    rig.commitToBase({ 'a.txt': '1\nuser\n3\n' });
    rmSync(workspace.path, { recursive: true });
    expect((await rig.rebase(rig.entry(workspace, sha))).kind).toBe('conflict');
    expect(git(rig.user, 'status', '--porcelain')).toBe('');
  });
});

describe('a base that the checks are red on', () => {
  it.each(['squash', 'rebase', 'merge'] as LandStrategy[])(
    'is in the files of the workspace then, and stays out of what lands by %s',
    async (strategy) => {
      const sha = await rig.commit(workspace, { 'one.txt': '1' });
      const base = rig.commitToBase({ 'theirs.txt': 't' });
      const entry = rig.entry(workspace, sha, { strategy });
      await rig.candidate(entry);
      const taken = await rig.takeInBase(entry, base);
      expect(taken).toEqual({ kind: 'taken', conflicts: [] });
      expect(await rig.takeInBase(entry, base)).toEqual(taken);
      expect(read(workspace.path, 'theirs.txt')).toBe('t');

      const mended = await rig.commit(workspace, { 'one.txt': '2' });
      const patch = read(workspace.runPath, 'diff.patch');
      expect(patch).toContain('+2');
      expect(patch).not.toContain('theirs.txt');
      const candidate = await rig.candidate(rig.entry(workspace, mended, { strategy }));
      expect(rig.git('diff', '--name-only', base, candidate.sha).split('\n')).toEqual([
        'one.txt',
        'tasks/SHOP-1.md',
      ]);
    },
  );

  it('is told to be all that a checkpoint takes in, where nothing else has come into the files', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const first = rig.commitToBase({ 'theirs.txt': 't' });
    await rig.candidate(rig.entry(workspace, sha));
    await rig.takeInBase(rig.entry(workspace, sha), first);
    const alone = await rig.checkpoint(workspace);
    expect(alone).toMatchObject({ kind: 'committed', files: ['theirs.txt'], isBaseOnly: true });

    const next = alone.kind === 'committed' ? alone.sha : '';
    const second = rig.commitToBase({ 'theirs.txt': 'u' });
    await rig.candidate(rig.entry(workspace, next));
    await rig.takeInBase(rig.entry(workspace, next), second);
    write(workspace.path, { 'slipped-in.txt': '1' });
    const more = await rig.checkpoint(workspace);
    expect(more).toMatchObject({ kind: 'committed', files: ['slipped-in.txt', 'theirs.txt'] });
    expect(more).not.toHaveProperty('isBaseOnly');
  });

  it('touches no file that was edited since the checkpoint, and says so', async () => {
    const sha = await rig.commit(workspace, { 'one.txt': '1' });
    const base = rig.commitToBase({ 'a.txt': '1\nuser\n3\n' });
    const entry = rig.entry(workspace, sha);
    await rig.candidate(entry);
    write(workspace.path, { 'a.txt': 'edited by hand\n' });
    const message = 'files of the workspace were changed since the checkpoint';
    expect(await rig.takeInBase(entry, base)).toEqual({ kind: 'left', message });
    expect(read(workspace.path, 'a.txt')).toBe('edited by hand\n');
    rmSync(workspace.path, { recursive: true });
    expect(await rig.takeInBase(entry, base)).toMatchObject({ kind: 'left' });
  });
});

it.each(['squash', 'rebase'] as LandStrategy[])(
  'a person stays named by %s when their work is one change with a newer base that was taken in',
  async (strategy) => {
    await rig.commit(workspace, { 'one.txt': '1' }, { author: 'Ann Lee <ann@example.org>' });
    await rig.commit(workspace, { 'two.txt': '2' }, { author: 'Bob Ray <bob@example.org>' });
    const sha = await rig.commit(workspace, { 'three.txt': '3' });
    const base = rig.commitToBase({ 'theirs.txt': 't' });
    await rig.candidate(rig.entry(workspace, sha));
    await rig.takeInBase(rig.entry(workspace, sha), base);
    const mended = await rig.commit(workspace, { 'three.txt': '4' });
    const candidate = await rig.candidate(rig.entry(workspace, mended, { strategy }));
    const format = '--format=%an|%(trailers:key=Co-authored-by,valueonly,separator=%x2C)';
    expect(rig.git('log', '-1', format, candidate.sha)).toBe(
      'Continuo|Ann Lee <ann@example.org>,Bob Ray <bob@example.org>',
    );
  },
);
