import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openMirror } from '../../../src/activities/git/mirror.js';
import type { Workspace } from '../../../src/domain/task.js';
import type { CheckpointOutcome } from '../../../src/workflows/ports.js';
import { GitRig, git, read, write } from './rig.js';

let rig: GitRig;
let workspace: Workspace;

async function open(...options: ConstructorParameters<typeof GitRig>): Promise<void> {
  rig = new GitRig(...options);
  workspace = await rig.workspace();
}

async function reopen(...options: ConstructorParameters<typeof GitRig>): Promise<void> {
  rig.remove();
  await open(...options);
}

beforeEach(() => open());
afterEach(() => rig.remove());

function savedFiles(): string[] {
  return rig.git('ls-tree', '-r', '--name-only', workspace.ref).split('\n');
}

function risksOf(outcome: CheckpointOutcome): Record<string, string> {
  if (outcome.kind === 'secrets') throw new Error('secrets');
  return Object.fromEntries(outcome.risks.map(({ kind, detail }) => [kind, detail]));
}

describe('checkpoint', () => {
  it('saves new, changed and deleted files on the task’s ref, with trailers that name task and session', async () => {
    write(workspace.path, { 'new.txt': 'new' });
    rmSync(join(workspace.path, 'README.md'));
    const message = 'Add a file\n\nBecause.\n\nContinuo-Task: forged/1';
    const outcome = await rig.checkpoint(workspace, { message, session: 'session-7' });
    expect(outcome).toMatchObject({
      kind: 'committed',
      sha: rig.git('rev-parse', workspace.ref),
      risks: [],
      notes: [],
    });
    expect(savedFiles()).toEqual(['new.txt']);
    expect(rig.git('log', '-1', '--format=%s|%an|%ae|%P', workspace.ref)).toBe(
      `Add a file|Continuo|continuo@localhost|${workspace.baseSha}`,
    );
    expect(rig.git('log', '-1', '--format=%(trailers:only)', workspace.ref)).toBe(
      'Continuo-Task: shop/SHOP-1\nContinuo-Session: session-7',
    );
  });

  it('is the same when it is repeated, and pushes what was not pushed', async () => {
    const sha = await rig.commit(workspace, { 'new.txt': 'new' });
    rig.git('update-ref', '-d', workspace.ref);
    git(workspace.runPath, '--git-dir=host.git', 'update-ref', '-d', 'refs/continuo/pushed');
    expect(await rig.checkpoint(workspace)).toMatchObject({ kind: 'unchanged', sha });
    expect(rig.git('rev-parse', workspace.ref)).toBe(sha);
  });

  it('has no commit for work that changes nothing', async () => {
    expect(await rig.checkpoint(workspace)).toEqual({
      kind: 'unchanged',
      sha: null,
      risks: [],
      notes: [],
      isEmpty: true,
    });
  });

  it('writes a patch that can be applied, and lets the mirror have the commit', async () => {
    const sha = await rig.commit(workspace, { 'new.txt': 'new\n' });
    expect(read(workspace.runPath, 'diff.patch')).toContain('+new');
    git(rig.user, 'apply', '--check', join(workspace.runPath, 'diff.patch'));
    const mirror = await openMirror({ paths: rig.paths, config: rig.config });
    expect(await mirror.resolve(workspace.ref)).toBe(sha);
    expect(await mirror.readFiles(sha, ['new.txt', 'absent.txt'])).toEqual(new Map([['new.txt', 'new\n']]));
  });

  it('leaves ignored files out, by the ignore files of the work alone', async () => {
    write(workspace.path, {
      '.gitignore': 'build/\n',
      'build/out': '',
      '.git/info/exclude': '*.txt\n',
      'a.txt': '',
    });
    await rig.checkpoint(workspace);
    expect(savedFiles()).toEqual(['.gitignore', 'README.md', 'a.txt']);
  });

  it('goes on when the user’s repository refuses the ref, and says so', async () => {
    const hook = join(rig.user, '.git/hooks/pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho not that name >&2\nexit 1\n', { mode: 0o755 });
    write(workspace.path, { 'new.txt': 'new' });
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toMatchObject({
      kind: 'committed',
      notes: [expect.stringContaining('not that name')],
    });
    rmSync(hook);
    const again = await rig.checkpoint(workspace);
    expect(again).toMatchObject({ kind: 'unchanged', notes: [] });
    expect(rig.git('rev-parse', workspace.ref)).toBe(again.kind === 'secrets' ? '' : again.sha);
  });

  it('gets over the locks of a host that went down', async () => {
    const mirror = await openMirror({ paths: rig.paths, config: rig.config });
    const locks = [
      join(workspace.runPath, 'host.git/index.lock'),
      join(mirror.gitDir, 'packed-refs.lock'),
      join(mirror.baseGitDir, 'packed-refs.lock'),
    ];
    for (const lock of locks) {
      writeFileSync(lock, '');
      utimesSync(lock, 0, 0);
    }
    await rig.commit(workspace, { 'new.txt': 'new' });
    await mirror.fetch();
    expect(locks.filter(existsSync)).toEqual([]);
  });

  it('refuses a workspace that is gone or was replaced by a link', async () => {
    renameSync(workspace.path, `${workspace.path}.moved`);
    await expect(rig.checkpoint(workspace)).rejects.toMatchObject({ type: 'workspace_invalid' });
    symlinkSync(rig.user, workspace.path);
    await expect(rig.checkpoint(workspace)).rejects.toMatchObject({ type: 'workspace_invalid' });
  });
});

describe('what an agent does with its own git', () => {
  const habits: [string, (path: string) => void][] = [
    [
      'commits',
      (path) => {
        git(path, 'add', '-A');
        git(path, 'commit', '-qm', 'mine');
      },
    ],
    ['goes to another branch', (path) => git(path, 'switch', '-qc', 'other')],
    ['deletes .git', (path) => rmSync(join(path, '.git'), { recursive: true })],
    [
      'starts over with git init',
      (path) => {
        rmSync(join(path, '.git'), { recursive: true });
        git(path, 'init', '--quiet');
      },
    ],
    ['hides a file in its index', (path) => git(path, 'update-index', '--assume-unchanged', 'README.md')],
  ];

  it.each(habits)('has no effect on checkpoints: it %s', async (_, act) => {
    write(workspace.path, { 'work.txt': 'work', 'README.md': 'edited' });
    act(workspace.path);
    const outcome = await rig.checkpoint(workspace);
    expect(outcome.kind).toBe('committed');
    expect(savedFiles()).toEqual(['README.md', 'work.txt']);
    expect(rig.git('show', `${workspace.ref}:README.md`)).toBe('edited');
    expect(rig.git('rev-list', '--count', `${workspace.baseSha}..${workspace.ref}`)).toBe('1');
  });

  it('saves what is on the disk after git clean', async () => {
    await rig.commit(workspace, { 'one.txt': '1' });
    write(workspace.path, { 'two.txt': '2' });
    git(workspace.path, 'clean', '-qfdx');
    expect(await rig.checkpoint(workspace)).toMatchObject({ kind: 'committed' });
    expect(savedFiles()).toEqual(['README.md']);
  });
});

describe('repositories inside the workspace', () => {
  const nestedNote = expect.stringContaining('saved as plain files');

  it('are saved as plain files and named, with their own ignore rules', async () => {
    const lib = join(workspace.path, 'deep/lib');
    write(lib, { '.gitignore': 'a.out\n', 'a.out': '', 'src/main.c': 'int main;' });
    git(lib, 'init', '--quiet');
    git(lib, 'add', '-A');
    git(lib, 'commit', '--quiet', '-m', 'Theirs');
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toMatchObject({ kind: 'committed', notes: [nestedNote] });
    expect(savedFiles()).toEqual(['README.md', 'deep/lib/.gitignore', 'deep/lib/src/main.c']);

    write(lib, { 'src/more.c': '' });
    await rig.checkpoint(workspace);
    expect(savedFiles()).toContain('deep/lib/src/more.c');
    expect(existsSync(join(lib, '.git'))).toBe(true);
  });

  it('are saved also without a commit, inside each other, and in place of a file', async () => {
    for (const folder of ['unborn', 'outer', 'outer/inner', 'README.md']) {
      rmSync(join(workspace.path, folder), { recursive: true, force: true });
      write(workspace.path, { [`${folder}/file`]: folder });
      git(join(workspace.path, folder), 'init', '--quiet');
    }
    git(join(workspace.path, 'README.md'), 'add', 'file');
    git(join(workspace.path, 'README.md'), 'commit', '--quiet', '-m', 'Inside');
    expect(await rig.checkpoint(workspace)).toMatchObject({ kind: 'committed', notes: [nestedNote] });
    expect(savedFiles()).toEqual(['README.md/file', 'outer/file', 'outer/inner/file', 'unborn/file']);
  });

  it('are named when there is nothing in them to save', async () => {
    mkdirSync(join(workspace.path, 'empty'));
    git(join(workspace.path, 'empty'), 'init', '--quiet');
    write(workspace.path, { 'work.txt': '' });
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toMatchObject({ notes: [expect.stringContaining('not saved')] });
    expect(savedFiles()).toEqual(['README.md', 'work.txt']);
  });

  it('do not hide the files of a folder that was there before', async () => {
    await reopen({ files: { 'src/a.txt': 'a' } });
    git(join(workspace.path, 'src'), 'init', '--quiet');
    write(workspace.path, { 'src/a.txt': 'edited', 'src/b.txt': 'b' });
    await rig.checkpoint(workspace);
    expect(savedFiles()).toEqual(['src/a.txt', 'src/b.txt']);
    expect(rig.git('show', `${workspace.ref}:src/a.txt`)).toBe('edited');
  });
});

describe('secrets', () => {
  const token = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');

  it('stay on this host: nothing is pushed, and the places are told without the secret', async () => {
    write(workspace.path, { 'config.txt': `a\ntoken = ${token}\n` });
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toEqual({ kind: 'secrets', places: [expect.stringMatching(/^config\.txt:2 .*github/)] });
    expect(JSON.stringify(outcome)).not.toContain(token);
    expect(rig.git('for-each-ref', 'refs/continuo')).toBe('');
    const mirror = await openMirror({ paths: rig.paths, config: rig.config });
    expect(await mirror.resolve(workspace.ref)).toBeNull();
  });

  it('are in no ancestor of a later checkpoint', async () => {
    const first = await rig.commit(workspace, { 'one.txt': '1' });
    write(workspace.path, { 'config.txt': `token = ${token}\n` });
    expect((await rig.checkpoint(workspace)).kind).toBe('secrets');
    const second = await rig.commit(workspace, { 'config.txt': 'token = $TOKEN\n' });
    expect(rig.git('rev-parse', `${second}^`)).toBe(first);
    expect(rig.git('log', '-p', '--all')).not.toContain(token);
  });

  it('count also in the summary of the agent', async () => {
    write(workspace.path, { 'one.txt': '1' });
    await rig.checkpoint(workspace, { message: `I used ${token} for it` });
    expect(rig.git('log', '-1', '--format=%s', workspace.ref)).toBe('Work on SHOP-1');
  });

  it.each([
    ['on the line', (line: string) => `${line} // secretlint-disable-line\n`],
    ['before the line', (line: string) => `// secretlint-disable-next-line\n${line}\n`],
    ['for the file', (line: string) => `// secretlint-disable\n${line}\n`],
    ['for the rule', (line: string) => `# secretlint-disable @secretlint/secretlint-rule-github\n${line}\n`],
  ])('are found although a comment %s says not to look', async (_, text) => {
    write(workspace.path, { 'config.js': text(`const token = ${token}`) });
    expect((await rig.checkpoint(workspace)).kind).toBe('secrets');
  });

  it('are found also as keys of Stripe and as values of passwords', async () => {
    const stripe = ['sk_live_', '51HqLyjWDarjtT1zdp7dcK3m'].join('');
    write(workspace.path, { 'pay.js': `\nconst key = '${stripe}';\nconst password = "hG7#kq9!Lm2";\n` });
    expect(await rig.checkpoint(workspace)).toEqual({
      kind: 'secrets',
      places: ['pay.js:2 stripe', 'pay.js:3 password'],
    });
  });

  it('do not count when the file had them before, or is binary or very long', async () => {
    await reopen({ files: { 'old.txt': `key ${token}\n` } });
    write(workspace.path, {
      'old.txt': `key ${token}\nmore\n`,
      'data.bin': `\0 ${token}`,
      'long.txt': `${'x'.repeat(1024 * 1024)}\n${token}\n`,
    });
    expect(await rig.checkpoint(workspace)).toMatchObject({
      kind: 'committed',
      notes: ['not searched for secrets, because of more than 1 MiB: long.txt'],
    });
  });
});

describe('risks', () => {
  it('name protected files, scripts, deleted tests, dependencies, files outside the scope and the size', async () => {
    const manifest = { scripts: { test: 'jest' }, dependencies: { a: '1' } };
    await reopen({
      files: {
        'package.json': JSON.stringify(manifest),
        'test/a.test.js': '',
        'test/moved.test.js': 'content',
        'go.mod': 'module x\n',
      },
      sections: 'verify: { checks: [{ name: test, run: npm test }], protected_paths: [ops] }',
    });
    const changed = { scripts: { test: 'true' }, dependencies: { a: '2', leftpad: '1' } };
    write(workspace.path, {
      'package.json': JSON.stringify(changed),
      'go.mod': 'module x\n\nrequire example.com/y v1.0.0\n',
      'ops/deploy.sh': 'x\n'.repeat(600),
      'spec/moved.test.js': 'content',
    });
    rmSync(join(workspace.path, 'test'), { recursive: true });
    const risks = risksOf(await rig.checkpoint(workspace, { scope: ['ops', '*.json'] }));
    expect(risks).toEqual({
      protected_path: 'ops/deploy.sh, package.json#scripts',
      deleted_test: 'test/a.test.js',
      new_dependency: 'example.com/y in go.mod, leftpad in package.json',
      outside_scope: 'go.mod, spec/moved.test.js, test/a.test.js, test/moved.test.js',
      large_diff: expect.stringMatching(/^60\d changed lines in 6 files$/),
    });
    expect(risksOf(await rig.checkpoint(workspace))).toHaveProperty('protected_path');
  });
});
