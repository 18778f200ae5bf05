import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../../src/domain/task.js';
import { GitRig, git, read, write } from './rig.js';

let rig: GitRig;
let workspace: Workspace;
let canary: string;
let program: string;

beforeEach(async () => {
  rig = new GitRig({ files: { 'README.md': 'Shop\n', 'a.txt': 'a\n', 'folder/b.txt': 'b\n' } });
  workspace = await rig.workspace();
  canary = join(rig.folder, 'canary');
  program = join(rig.folder, 'evil.sh');
  writeFileSync(program, `#!/bin/sh\ntouch ${canary}\ncat\n`, { mode: 0o755 });
});
afterEach(() => rig.remove());

/** Every setting by which git runs a program. */
function plantConfig(gitDir: string): void {
  const settings = {
    'core.fsmonitor': program,
    'core.hooksPath': join(rig.folder, 'hooks'),
    'core.sshCommand': program,
    'core.pager': program,
    'core.editor': program,
    'core.worktree': rig.user,
    'filter.evil.clean': program,
    'filter.evil.smudge': program,
    'filter.evil.process': program,
    'filter.evil.required': 'true',
    'diff.external': program,
    'diff.evil.command': program,
    'diff.evil.textconv': program,
    'merge.evil.driver': program,
    'credential.helper': program,
    'gpg.program': program,
    'commit.gpgSign': 'true',
    'uploadpack.packObjectsHook': program,
    'alias.add': `!${program}`,
  };
  const config = Object.entries(settings).map(([name, value]) => {
    const parts = name.split('.');
    const section = parts.length === 3 ? `[${parts[0]} "${parts[1]}"]` : `[${parts[0]}]`;
    return `${section}\n\t${parts.at(-1)} = ${value}\n`;
  });
  writeFileSync(join(gitDir, 'config'), `[core]\n\trepositoryformatversion = 0\n${config.join('')}`);
}

function plantHooks(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const names = [
    'pre-commit',
    'post-checkout',
    'post-index-change',
    'reference-transaction',
    'pre-push',
    'post-commit',
  ];
  for (const name of names)
    writeFileSync(join(folder, name), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
}

const attributes = '* filter=evil diff=evil merge=evil\n';

/** A whole life: two checkpoints, a conflict, a landing, the end. */
async function live(): Promise<void> {
  write(workspace.path, { 'a.txt': 'agent\n' });
  await rig.checkpoint(workspace);
  write(workspace.path, { 'folder/b.txt': 'agent too\n' });
  const outcome = await rig.checkpoint(workspace);
  if (outcome.kind === 'secrets' || outcome.sha === null) throw new Error(outcome.kind);
  rig.commitToBase({ 'a.txt': 'user\n' });
  expect((await rig.rebase(rig.entry(workspace, outcome.sha))).kind).toBe('conflict');
  write(workspace.path, { 'a.txt': 'both\n' });
  const solved = await rig.checkpoint(workspace);
  if (solved.kind !== 'committed') throw new Error(solved.kind);
  const entry = rig.entry(workspace, solved.sha);
  expect(await rig.merge(entry, await rig.candidate(entry))).toEqual({ kind: 'merged' });
  await rig.prepare('SHOP-1', solved.sha);
  await rig.cleanUp(workspace, true);
}

describe('nothing that an agent plants is run by the host', () => {
  it('with programs in the configuration, attributes and hooks of its repository', async () => {
    plantConfig(join(workspace.path, '.git'));
    plantHooks(join(workspace.path, '.git/hooks'));
    plantHooks(join(rig.folder, 'hooks'));
    write(workspace.path, { '.gitattributes': attributes, '.git/info/attributes': attributes });
    await live();
    expect(existsSync(canary)).toBe(false);
    expect(read(rig.user, 'a.txt')).toBe('both\n');
  });

  it('with a link in place of .git', async () => {
    const elsewhere = join(rig.folder, 'elsewhere.git');
    renameSync(join(workspace.path, '.git'), elsewhere);
    symlinkSync(elsewhere, join(workspace.path, '.git'));
    plantConfig(elsewhere);
    await live();
    expect(existsSync(canary)).toBe(false);
    expect(existsSync(join(elsewhere, 'HEAD'))).toBe(true);
  });

  it('with a file in place of .git', async () => {
    const elsewhere = join(rig.folder, 'elsewhere.git');
    renameSync(join(workspace.path, '.git'), elsewhere);
    writeFileSync(join(workspace.path, '.git'), `gitdir: ${elsewhere}\n`);
    plantConfig(elsewhere);
    plantHooks(join(elsewhere, 'hooks'));
    await live();
    expect(existsSync(canary)).toBe(false);
  });

  it('with repositories and a submodule inside the work', async () => {
    const sub = join(workspace.path, 'sub');
    write(sub, { 'file.txt': '1\n', '.gitattributes': attributes });
    git(sub, 'init', '--quiet');
    git(sub, 'add', '-A');
    git(sub, 'commit', '--quiet', '-m', 'Theirs');
    plantConfig(join(sub, '.git'));
    plantHooks(join(sub, '.git/hooks'));
    write(sub, { 'file.txt': '2\n' });
    write(workspace.path, {
      '.gitmodules':
        '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = none\n\tupdate = !touch canary\n',
    });
    await live();
    expect(existsSync(canary)).toBe(false);
  });

  it('in a submodule that the repository has had before', async () => {
    rig.remove();
    rig = new GitRig();
    const commit = rig.git('rev-parse', 'HEAD');
    git(rig.user, 'update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
    write(rig.user, { '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = none\n' });
    git(rig.user, 'add', '.gitmodules');
    git(rig.user, 'commit', '--quiet', '-m', 'Submodule');
    workspace = await rig.workspace();
    canary = join(rig.folder, 'canary');
    program = join(rig.folder, 'evil.sh');
    writeFileSync(program, `#!/bin/sh\ntouch ${canary}\ncat\n`, { mode: 0o755 });

    const sub = join(workspace.path, 'sub');
    write(sub, { 'file.txt': '1\n', '.gitattributes': attributes });
    git(sub, 'init', '--quiet');
    git(sub, 'add', '-A');
    git(sub, 'commit', '--quiet', '-m', 'Theirs');
    plantConfig(join(sub, '.git'));
    write(workspace.path, { 'work.txt': 'work', 'sub/file.txt': '2\n' });
    expect((await rig.checkpoint(workspace)).kind).toBe('committed');
    expect(rig.git('ls-tree', workspace.ref, 'sub')).toContain(commit);
    expect(existsSync(canary)).toBe(false);
  });
});

describe('nothing outside of the workspace is read or changed', () => {
  const secret = 'belongs to somebody else\n';

  beforeEach(() => write(rig.folder, { 'outside/file.txt': secret, 'outside/b.txt': secret }));

  it('through links, which stay links', async () => {
    const outside = join(rig.folder, 'outside');
    symlinkSync(join(outside, 'file.txt'), join(workspace.path, 'link.txt'));
    symlinkSync(outside, join(workspace.path, 'linked'));
    rmSync(join(workspace.path, 'folder'), { recursive: true });
    symlinkSync(outside, join(workspace.path, 'folder'));
    const outcome = await rig.checkpoint(workspace);
    expect(outcome.kind).toBe('committed');
    const modes = rig.git('ls-tree', '-r', workspace.ref, 'folder', 'link.txt', 'linked').split('\n');
    expect(modes.map((line) => line.slice(0, 6))).toEqual(['120000', '120000', '120000']);
    expect(rig.git('log', '-p', workspace.ref)).not.toContain(secret);
  });

  it('when a conflict is put into a folder that has become a link', async () => {
    const sha = await rig.commit(workspace, { 'folder/b.txt': 'agent\n' });
    rig.commitToBase({ 'folder/b.txt': 'user\n', 'folder/new.txt': 'new\n' });
    rmSync(join(workspace.path, 'folder'), { recursive: true });
    symlinkSync(join(rig.folder, 'outside'), join(workspace.path, 'folder'));
    expect((await rig.rebase(rig.entry(workspace, sha))).kind).toBe('conflict');
    expect(readFileSync(join(rig.folder, 'outside/b.txt'), 'utf8')).toBe(secret);
    expect(existsSync(join(rig.folder, 'outside/new.txt'))).toBe(false);
  });

  it('through objects that are borrowed from another repository', async () => {
    write(workspace.path, { '.git/objects/info/alternates': join(rig.folder, 'outside') });
    await live();
  });

  it('by the trash, which deletes links and not what they point to', async () => {
    const { emptyTrash } = await import('../../../src/activities/git/trash.js');
    symlinkSync(join(rig.folder, 'outside'), join(workspace.path, 'linked'));
    await rig.cleanUp(workspace, false);
    await emptyTrash(rig.paths);
    expect(readFileSync(join(rig.folder, 'outside/file.txt'), 'utf8')).toBe(secret);
  });

  it('with names that another system would take for .git', async () => {
    write(workspace.path, { '.GIT/config': 'x', 'sub/git~1/config': 'x', 'work.txt': '' });
    const outcome = await rig.checkpoint(workspace);
    expect(outcome).toMatchObject({
      kind: 'committed',
      notes: [expect.stringContaining('.GIT/config')],
    });
    expect(rig.git('ls-tree', '-r', '--name-only', workspace.ref)).not.toMatch(/git~1|\.GIT/);
  });
});
