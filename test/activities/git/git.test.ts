import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitError, readGit, runGit, tryGit } from '../../../src/activities/git/git.js';
import { withLock } from '../../../src/activities/git/lock.js';
import { listFiles, readFiles } from '../../../src/activities/git/objects.js';
import { commitAll, git, write } from './rig.js';

let folder: string;
let saved: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuo-git-'));
  saved = { ...process.env };
});
afterEach(() => {
  process.env = saved;
  rmSync(folder, { recursive: true, force: true });
});

/** A command that prints the environment which git gives to the programs that it starts. */
const printEnvironment = ['-c', 'alias.print-env=!env', 'print-env'];

describe('runGit', () => {
  it('fails with the command and git’s own words, without the token in a URL', async () => {
    const failing = runGit(['ls-remote', 'http://token@127.0.0.1:9/shop.git'], {});
    await expect(failing).rejects.toBeInstanceOf(GitError);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringMatching(/^git ls-remote failed \(128\): .*127\.0\.0\.1:9/s),
    });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('token') });
  });

  it('takes nothing from the user’s configuration, unless it talks to their repository', async () => {
    process.env.HOME = folder;
    delete process.env.GIT_CONFIG_GLOBAL;
    delete process.env.XDG_CONFIG_HOME;
    writeFileSync(join(folder, '.gitconfig'), '[continuo]\n\ttest = seen\n');
    const args = ['config', 'continuo.test'];
    expect((await tryGit(args, {})).exitCode).toBe(1);
    expect((await tryGit(args, { trusted: true })).stdout.toString()).toBe('seen\n');
  });

  it('gives programs that git starts no secrets: few variables, and never those of Temporal', async () => {
    Object.assign(process.env, { TEMPORAL_API_KEY: 'x', SSH_AUTH_SOCK: '/agent', GIT_DIR: '/elsewhere' });
    const untrusted = await runGit(printEnvironment, {});
    const trusted = await runGit(printEnvironment, { trusted: true });
    expect(untrusted).not.toMatch(/TEMPORAL_API_KEY|SSH_AUTH_SOCK|elsewhere/);
    expect(trusted).not.toMatch(/TEMPORAL_API_KEY|elsewhere/);
    expect(trusted).toContain('SSH_AUTH_SOCK=/agent');
  });

  it('ends git and what git started when it is cancelled', async () => {
    const controller = new AbortController();
    const started = join(folder, 'started');
    const args = ['-c', `alias.wait=!touch ${started}; exec sleep 600`, 'wait'];
    const running = runGit(args, { signal: controller.signal });
    while (!existsSync(started)) await new Promise((done) => setTimeout(done, 20));
    controller.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await expect(runGit(['version'], { signal: controller.signal })).rejects.toThrow('cancelled');
  });
});

describe('the process that runs git', () => {
  /** The parent of the git that runs this. */
  const findRunner = async () => {
    const output = await runGit(['-c', 'alias.parent=!grep PPid /proc/$PPID/status', 'parent'], {});
    return Number(/\d+/.exec(output)?.[0]);
  };

  it('is one for all runs, says what cannot start, and goes on', async () => {
    const first = await findRunner();
    const nowhere = runGit(['version'], { cwd: join(folder, 'nowhere') });
    await expect(nowhere).rejects.toMatchObject({ message: expect.stringContaining('could not be run') });
    await expect(nowhere).rejects.toBeInstanceOf(GitError);
    expect(await findRunner()).toBe(first);
    expect(first).not.toBe(process.pid);
  });

  it('fails what it runs when it is lost, and is replaced', async () => {
    const lost = await findRunner();
    const started = join(folder, 'started');
    const args = ['-c', `alias.wait=!echo $$ > ${started}.new; mv ${started}.new ${started}; exec sleep 600`];
    const running = runGit([...args, 'wait'], {});
    while (!existsSync(started)) await new Promise((done) => setTimeout(done, 20));
    process.kill(lost, 'SIGKILL');
    await expect(running).rejects.toBeInstanceOf(GitError);
    process.kill(Number(readFileSync(started, 'utf8')), 'SIGKILL');
    expect(await findRunner()).not.toBe(lost);
  });

  it('takes as much as there is, and gives it back byte by byte', async () => {
    git(folder, 'init', '--quiet');
    const input = Buffer.alloc(8_000_000, Buffer.from([0, 255, 10, 13]));
    const gitDir = join(folder, '.git');
    const blob = (await runGit(['hash-object', '-w', '--stdin'], { gitDir, input })).trim();
    expect((await readGit(['cat-file', 'blob', blob], { gitDir })).equals(input)).toBe(true);
  });
});

describe('files of a commit', () => {
  it('are read by any name, and what is no file is left out', async () => {
    git(folder, 'init', '--quiet');
    const files = {
      'a b.txt': '1',
      'folder/"quoted"\n.txt': '2\n',
      'folder/ünï.txt': '',
      'folderish.txt': '3',
    };
    write(folder, files);
    const commit = commitAll(folder, 'Names');
    const gitDir = join(folder, '.git');
    expect((await listFiles(gitDir, commit, '.')).sort()).toEqual(Object.keys(files).sort());
    expect(await listFiles(gitDir, commit, './folder/')).toEqual(['folder/"quoted"\n.txt', 'folder/ünï.txt']);
    const wanted = ['absent\n.txt', ...Object.keys(files), 'folder'];
    expect(Object.fromEntries(await readFiles(gitDir, commit, wanted))).toEqual(files);
  });
});

describe('withLock', () => {
  it('lets one after another in, also after one that failed, and different names together', async () => {
    const seen: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((done) => (open = done));
    const first = withLock('a', async () => {
      await gate;
      seen.push('first');
      throw new Error('failed');
    });
    const second = withLock('a', () => Promise.resolve(seen.push('second')));
    await withLock('b', () => Promise.resolve(seen.push('other')));
    open();
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(seen).toEqual(['other', 'first', 'second']);
  });
});
