import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRig, git, inodesBelow, read, write } from './rig.js';

let rig: GitRig;
/** A folder on another disk than the temporary one, where the machine has such a one. */
const otherDisk =
  ['/dev/shm', '/var/tmp'].find(
    (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
  ) ?? null;
const open = (...options: ConstructorParameters<typeof GitRig>) => (rig = new GitRig(...options));

beforeEach(() => {
  open();
});
afterEach(() => rig.remove());

function reopen(...options: ConstructorParameters<typeof GitRig>): void {
  rig.remove();
  open(...options);
}

describe('prepare', () => {
  it('makes a workspace from the head of the base, on a branch of its own without a remote', async () => {
    const outcome = await rig.prepare();
    expect(outcome).toMatchObject({ kind: 'ready', headSha: null, notes: [] });
    const workspace = await rig.workspace();
    expect(workspace).toEqual({
      host: 'here',
      containment: expect.any(String),
      path: join(rig.root, 'SHOP-1'),
      runPath: join(rig.paths.runs, 'shop', 'SHOP-1'),
      ref: 'refs/continuo/shop/SHOP-1/head@here',
      baseSha: rig.git('rev-parse', 'main'),
    });
    expect(git(workspace.path, 'status', '--porcelain')).toBe('');
    expect(git(workspace.path, 'branch', '--show-current')).toBe('continuo/SHOP-1');
    expect(git(workspace.path, 'rev-parse', 'main')).toBe(workspace.baseSha);
    expect(git(workspace.path, 'remote')).toBe('');
    expect(git(workspace.path, 'fsck', '--strict')).toBe('');
  });

  it('keeps the run directory to its user, with the whole issue in it', async () => {
    const { runPath } = await rig.workspace();
    expect(statSync(runPath).mode & 0o777).toBe(0o700);
    expect(JSON.parse(read(runPath, 'issue.json'))).toEqual(rig.issue());
  });

  it('shares no file with the mirror or the user, and takes objects from nowhere else', async () => {
    const { path } = await rig.workspace();
    const own = inodesBelow(path);
    for (const folder of [rig.user, rig.paths.root]) {
      for (const [inode, file] of inodesBelow(folder)) {
        expect([own.get(inode), file]).toEqual([undefined, file]);
      }
    }
    expect(existsSync(join(path, '.git/objects/info/alternates'))).toBe(false);
    const userFiles = inodesBelow(rig.user);
    for (const inode of inodesBelow(rig.paths.mirrors).keys()) expect(userFiles.has(inode)).toBe(false);
  });

  it('brings the history of the base and of the task, and nothing of other tasks', async () => {
    const other = await rig.workspace('SHOP-2');
    const foreign = await rig.commit(other, { 'other.txt': 'theirs' }, { identifier: 'SHOP-2' });
    const workspace = await rig.workspace();
    const sha = await rig.commit(workspace, { 'work.txt': 'mine' });
    const tip = rig.commitToBase({ 'second.txt': '2' });
    rmSync(rig.root, { recursive: true });
    const { path } = await rig.workspace('SHOP-1', sha);
    expect(git(path, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
    expect(git(path, 'log', '--format=%H')).toBe(`${sha}\n${workspace.baseSha}`);
    expect(git(path, 'cat-file', '-t', tip)).toBe('commit');
    expect(() => git(path, 'cat-file', '-e', foreign)).toThrow();
    expect(() => git(path, 'cat-file', '-e', rig.git('rev-parse', `${foreign}:other.txt`))).toThrow();
  });

  it('brings the history of a base that was written anew', async () => {
    const workspace = await rig.workspace();
    const sha = await rig.commit(workspace, { 'work.txt': 'mine' });
    rig.git('commit', '--quiet', '--amend', '-m', 'Another first');
    rmSync(rig.root, { recursive: true });
    rmSync(rig.paths.mirrors, { recursive: true });
    rmSync(rig.paths.runs, { recursive: true });
    const { path } = await rig.workspace('SHOP-1', sha);
    expect(git(path, 'fsck', '--strict', '--full', '--no-dangling')).toBe('');
    expect(git(path, 'log', '--format=%s', 'HEAD~1')).toBe('First');
  });

  it('leaves a workspace that is there as it is, and runs after_create once (WSP-01, WSP-04, WSP-09, WSP-10)', async () => {
    reopen({ sections: "hooks: { after_create: 'echo created >> created.txt' }" });
    const { path } = await rig.workspace();
    write(path, { 'work.txt': 'not committed', 'README.md': 'edited' });
    expect(await rig.prepare()).toMatchObject({ kind: 'ready', headSha: null });
    expect(read(path, 'work.txt')).toBe('not committed');
    expect(read(path, 'README.md')).toBe('edited');
    expect(read(path, 'created.txt')).toBe('created\n');
  });

  it('takes a partial workspace away when after_create fails, and makes it anew the next time (HK-02, WSP-08)', async () => {
    reopen({ sections: "hooks: { after_create: 'echo no >&2; test -e ../go' }" });
    const failed = await rig.prepare();
    expect(failed).toMatchObject({ kind: 'failed', category: 'hook_failed' });
    expect(readdirSync(rig.root)).toEqual([]);
    write(rig.root, { go: '' });
    expect(await rig.prepare()).toMatchObject({ kind: 'ready' });
  });

  it('does not go on with what a cut-off preparation left', async () => {
    const { path, runPath } = await rig.workspace();
    write(path, { half: '' });
    write(runPath, { 'workspace.json': read(runPath, 'workspace.json').replace('ready', 'preparing') });
    await rig.workspace();
    expect(existsSync(join(path, 'half'))).toBe(false);
  });

  it('goes on from the last checkpoint when the workspace is gone, also on another host', async () => {
    const workspace = await rig.workspace();
    const sha = await rig.commit(workspace, { 'work.txt': 'work' });
    rmSync(rig.root, { recursive: true });
    expect(await rig.prepare('SHOP-1', sha)).toMatchObject({ kind: 'ready', headSha: sha });
    expect(read(workspace.path, 'work.txt')).toBe('work');

    rmSync(rig.root, { recursive: true });
    rmSync(rig.paths.root, { recursive: true });
    const outcome = await rig.prepare('SHOP-1', sha);
    expect(outcome).toMatchObject({ kind: 'ready', headSha: sha, workspace: { baseSha: workspace.baseSha } });
    expect(read(workspace.path, 'work.txt')).toBe('work');
    expect(await rig.checkpoint(workspace)).toMatchObject({ kind: 'unchanged', sha });
  });

  it('says that the work is lost rather than starting anew', async () => {
    const lost = '1'.repeat(40);
    const outcome = await rig.prepare('SHOP-1', lost);
    expect(outcome).toMatchObject({ kind: 'impossible', category: 'workspace_invalid' });
    expect(outcome).toMatchObject({ message: expect.stringContaining(lost.slice(0, 12)) });
  });

  it('goes on from the last checkpoint of another host, which cannot overwrite what follows when it was merely cut off', async () => {
    const old = await rig.workspace();
    const known = await rig.commit(old, { 'one.txt': '1' });
    const next = await rig.at('there', () => rig.workspace('SHOP-1', known));
    expect(read(next.path, 'one.txt')).toBe('1');
    const newer = await rig.at('there', () => rig.commit(next, { 'two.txt': '2' }));
    await rig.commit(old, { 'late.txt': 'nobody waits for it' });

    // That one is lost too.
    const third = await rig.at('third', () => rig.workspace('SHOP-1', newer));
    expect(readdirSync(third.path).sort()).toEqual(['.git', 'README.md', 'one.txt', 'two.txt']);
    await rig.at('third', () => rig.cleanUp(third, true));
    expect(rig.git('for-each-ref', 'refs/continuo')).toBe('');
  });

  it('does not overwrite newer work from elsewhere with an old workspace', async () => {
    const workspace = await rig.workspace();
    const old = await rig.commit(workspace, { 'work.txt': 'old' });
    const newer = git(rig.user, 'commit-tree', '-p', old, '-m', 'newer', `${old}^{tree}`);
    expect(await rig.prepare('SHOP-1', newer)).toMatchObject({
      kind: 'impossible',
      message: expect.stringContaining('went on elsewhere'),
    });
    expect(await rig.prepare('SHOP-1', old)).toMatchObject({ kind: 'ready', headSha: old });
  });

  it('makes the host git directory anew when only that is gone', async () => {
    const workspace = await rig.workspace();
    const sha = await rig.commit(workspace, { 'work.txt': 'work' });
    rmSync(join(workspace.runPath, 'host.git'), { recursive: true });
    expect(await rig.prepare('SHOP-1', sha)).toMatchObject({ kind: 'ready', headSha: sha });
    write(workspace.path, { 'more.txt': 'more' });
    const next = await rig.checkpoint(workspace);
    expect(next.kind).toBe('committed');
    expect(
      git(rig.user, 'log', '--format=%s', `${workspace.baseSha}..${workspace.ref}`).split('\n'),
    ).toHaveLength(2);
  });

  it('refuses a folder that another project made', async () => {
    const { path } = await rig.workspace();
    rig.project = 'other';
    const outcome = await rig.prepare();
    expect(outcome).toMatchObject({ kind: 'impossible', category: 'workspace_invalid' });
    expect(outcome).toMatchObject({
      message: expect.stringContaining('workspace.root of its own'),
    });
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    ['a file', (_: string, place: GitRig) => write(place.root, { 'SHOP-1': 'mine' }), 'is not a folder'],
    ['a link to a folder', (path: string, place: GitRig) => symlinkSync(place.user, path), 'is a link'],
    ['a dangling link', (path: string) => symlinkSync('/nowhere/at/all', path), 'is a link'],
  ] as const)('leaves %s at its place alone and says so (WSP-07)', async (_, plant, words) => {
    mkdirSync(rig.root);
    const path = join(rig.root, 'SHOP-1');
    plant(path, rig);
    expect(await rig.prepare()).toMatchObject({
      kind: 'impossible',
      message: expect.stringContaining(words),
    });
    expect(lstatSync(path).isDirectory()).toBe(false);
  });

  it('resolves a root that is a link', async () => {
    const real = join(rig.folder, 'real');
    mkdirSync(real);
    symlinkSync(real, rig.root);
    expect((await rig.workspace()).path).toBe(join(real, 'SHOP-1'));
  });

  it.each(['.', '..', ''])('refuses the identifier "%s" (WSP-05)', async (identifier) => {
    expect(await rig.prepare(identifier)).toEqual({
      kind: 'impossible',
      category: 'workspace_invalid',
      message: `the identifier "${identifier}" cannot name a workspace: give the issue another one`,
    });
  });

  it.each(['a/b', '../../escape', 'v1..2', 'foo.lock', '.git', '.hid', '🙂', 'x'.repeat(300)])(
    'takes the identifier %s through workspace, checkpoint and refs (WSP-05, SEC-02)',
    async (identifier) => {
      const workspace = await rig.workspace(identifier);
      expect(join(workspace.path, '..')).toBe(rig.root);
      const sha = await rig.commit(workspace, { 'work.txt': 'work' }, { identifier });
      expect(rig.git('rev-parse', workspace.ref)).toBe(sha);
    },
  );

  it('gives an empty folder to the hooks where there is no repository', async () => {
    reopen({ repository: null, sections: "hooks: { after_create: 'echo filled > file' }" });
    const outcome = await rig.prepare();
    expect(outcome).toMatchObject({ kind: 'ready', headSha: null, workspace: { ref: '', baseSha: '' } });
    const workspace = await rig.workspace();
    expect(readdirSync(workspace.path)).toEqual(['file']);
    expect(await rig.checkpoint(workspace)).toEqual({ kind: 'unchanged', sha: null, risks: [], notes: [] });
  });

  it('works on a bare repository', async () => {
    reopen({ bare: true });
    const workspace = await rig.workspace();
    expect(await rig.commit(workspace, { 'work.txt': 'work' })).toBe(rig.git('rev-parse', workspace.ref));
  });

  it('works on a shallow clone', async () => {
    rig.commitToBase({ 'second.txt': '2' });
    const shallow = join(rig.folder, 'shallow');
    git(rig.folder, 'clone', '--quiet', '--depth=1', `file://${rig.user}`, shallow);
    const shallowRig = new GitRig({ repository: shallow });
    try {
      const workspace = await shallowRig.workspace();
      expect(git(workspace.path, 'log', '--format=%s')).toBe('Somebody else');
      const sha = await shallowRig.commit(workspace, { 'work.txt': 'work' });
      expect(git(shallow, 'rev-parse', workspace.ref)).toBe(sha);
    } finally {
      shallowRig.remove();
    }
  });

  it('names submodules and LFS files, which it does not bring', async () => {
    write(rig.user, { '.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n' });
    git(
      rig.user,
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${rig.git('rev-parse', 'HEAD')},vendor/lib`,
    );
    git(rig.user, 'add', '.gitattributes');
    git(rig.user, 'commit', '--quiet', '-m', 'Limits');
    const outcome = await rig.prepare();
    expect(outcome).toMatchObject({
      notes: [expect.stringContaining('vendor/lib'), expect.stringContaining('LFS')],
    });
  });
});

describe('a repository that cannot be used', () => {
  it.each([
    ['no folder', () => '/nowhere/shop', 'there is no folder /nowhere/shop: mend repository.url'],
    ['no repository', (place: GitRig) => place.folder, 'is not a git repository'],
    ['a folder inside a repository', (place: GitRig) => join(place.user, 'inside'), 'set repository.url to'],
    ['no commits', (place: GitRig) => join(place.folder, 'empty'), 'has no commits: make a first one'],
  ] as const)('says so: %s', async (_, where, words) => {
    mkdirSync(join(rig.user, 'inside'));
    git(rig.folder, 'init', '--quiet', 'empty');
    const broken = new GitRig({ repository: where(rig) });
    try {
      const outcome = await broken.prepare();
      expect(outcome).toMatchObject({ kind: 'impossible', category: 'repository_unavailable' });
      expect(outcome).toMatchObject({ message: expect.stringContaining(words) });
    } finally {
      broken.remove();
    }
  });

  it('lists the branches that exist when the base is missing', async () => {
    rig.git('branch', '-m', 'main', 'trunk');
    rig.git('branch', 'other');
    expect(await rig.prepare()).toMatchObject({
      kind: 'impossible',
      message: expect.stringContaining('it has other, trunk: name one of them as repository.base'),
    });
  });

  it('is tried again when it cannot be reached', async () => {
    const away = new GitRig({ repository: 'http://127.0.0.1:9/shop.git' });
    try {
      await expect(away.prepare()).rejects.toMatchObject({
        type: 'repository_unavailable',
        nonRetryable: false,
      });
    } finally {
      away.remove();
    }
  });
});

describe('clean up', () => {
  it('takes workspace and refs away and keeps the logs (HK-05)', async () => {
    reopen({ sections: "hooks: { before_remove: 'cp work.txt ../removed.txt' }" });
    const workspace = await rig.workspace();
    await rig.commit(workspace, { 'work.txt': 'work' });
    await rig.candidate(rig.entry(workspace, rig.git('rev-parse', workspace.ref)));
    await rig.cleanUp(workspace, true);
    expect(read(rig.root, 'removed.txt')).toBe('work');
    expect(existsSync(workspace.path)).toBe(false);
    expect(rig.git('for-each-ref', 'refs/continuo')).toBe('');
    expect(readdirSync(workspace.runPath).sort()).toEqual(['diff.patch', 'hooks.log', 'issue.json']);
    await rig.cleanUp(workspace, true);
  });

  it('keeps the refs of work that did not land', async () => {
    const workspace = await rig.workspace();
    const sha = await rig.commit(workspace, { 'work.txt': 'work' });
    await rig.cleanUp(workspace, false);
    expect(rig.git('rev-parse', workspace.ref)).toBe(sha);
  });

  it('goes on when before_remove fails (HK-05)', async () => {
    reopen({ sections: "hooks: { before_remove: 'exit 1' }" });
    const workspace = await rig.workspace();
    await rig.cleanUp(workspace, false);
    expect(existsSync(workspace.path)).toBe(false);
  });

  it('has nothing to do for a workspace that is gone, and still takes its refs away', async () => {
    reopen({ sections: "hooks: { before_remove: 'touch ../hook-ran' }" });
    const workspace = await rig.workspace();
    await rig.commit(workspace, { 'work.txt': 'work' });
    rmSync(workspace.path, { recursive: true });
    await rig.cleanUp(workspace, true);
    expect(existsSync(join(rig.root, 'hook-ran'))).toBe(false);
    expect(rig.git('for-each-ref', 'refs/continuo')).toBe('');
  });

  it('touches no folder that preparation did not make', async () => {
    const workspace = await rig.workspace();
    const elsewhere = join(rig.folder, 'elsewhere');
    write(elsewhere, { keep: '' });
    await rig.cleanUp({ ...workspace, path: elsewhere }, false);
    expect(existsSync(join(elsewhere, 'keep'))).toBe(true);
  });

  it('moves a folder that is write-protected', async () => {
    const { emptyTrash } = await import('../../../src/activities/git/trash.js');
    const workspace = await rig.workspace();
    mkdirSync(join(workspace.path, 'cache'));
    write(workspace.path, { 'cache/file': '' });
    chmodSync(join(workspace.path, 'cache'), 0o500);
    await rig.cleanUp(workspace, false);
    await emptyTrash(rig.paths);
    expect(readdirSync(rig.paths.trash)).toEqual([]);
  });

  it('keeps the history of a repository inside the workspace', async () => {
    const workspace = await rig.workspace();
    mkdirSync(join(workspace.path, 'lib'));
    git(join(workspace.path, 'lib'), 'init', '--quiet');
    await rig.cleanUp(workspace, false);
    expect(readFileSync(join(workspace.runPath, 'nested/lib/git/HEAD'), 'utf8')).toContain('ref:');
  });

  it('keeps the history of another workspace beside it', async () => {
    for (const branch of ['first', 'second']) {
      const workspace = await rig.workspace();
      git(workspace.path, 'init', '--quiet', `--initial-branch=${branch}`, 'lib');
      await rig.cleanUp(workspace, false);
    }
    const { runPath } = await rig.workspace();
    expect(read(runPath, 'nested/lib/git/HEAD')).toContain('first');
    expect(read(runPath, 'nested/lib/git-2/HEAD')).toContain('second');
  });

  it('keeps a workspace whose history cannot be kept, and says so', async () => {
    const workspace = await rig.workspace();
    git(workspace.path, 'init', '--quiet', 'lib');
    write(workspace.runPath, { nested: 'in the way' });
    await rig.cleanUp(workspace, false);
    expect(existsSync(join(workspace.path, 'lib/.git/HEAD'))).toBe(true);
    expect(rig.logged.join()).toContain('workspace stays');
    expect(await rig.prepare()).toMatchObject({ kind: 'ready' });

    rmSync(join(workspace.runPath, 'nested'));
    await rig.cleanUp(workspace, false);
    expect(existsSync(workspace.path)).toBe(false);
    expect(existsSync(join(workspace.runPath, 'nested/lib/git/HEAD'))).toBe(true);
  });

  (otherDisk === null ? it.skip : it)('copies the history from another disk', async () => {
    const root = mkdtempSync(join(otherDisk ?? '', 'continuo-git-'));
    try {
      reopen({ root });
      const workspace = await rig.workspace();
      git(workspace.path, 'init', '--quiet', 'lib');
      await rig.cleanUp(workspace, false);
      expect(existsSync(workspace.path)).toBe(false);
      expect(read(workspace.runPath, 'nested/lib/git/HEAD')).toContain('ref:');
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
