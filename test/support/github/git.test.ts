import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from './bare-repository.js';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';

let github: GitHub;
let widgets: GitHubRepository;
let folder: string;

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', { roles: { ana: 'write', rob: 'read' } });
  folder = await mkdtemp(join(tmpdir(), 'continuo-github-clone-'));
});

afterEach(async () => {
  await github.close();
  await rm(folder, { recursive: true });
});

/** The repository's address with a token in it, as git wants it. */
function url(login: string | null): string {
  if (login === null) return widgets.cloneUrl;
  return widgets.cloneUrl.replace('://', `://x-access-token:${github.token(login)}@`);
}

const env = { GIT_TERMINAL_PROMPT: '0' };
const clone = (login: string | null) => run(['clone', '--quiet', url(login), join(folder, 'clone')], { env });
const inClone = (...argv: string[]) => run(['-C', join(folder, 'clone'), ...argv], { env });

async function commitAndPush(login: string, refspec: string, ...flags: string[]) {
  await inClone('commit', '--quiet', '--allow-empty', '--message', 'change');
  return inClone('push', ...flags, url(login), refspec);
}

describe('git', () => {
  it('clones and pushes by real git, and the push is known at once', async () => {
    expect((await clone('ana')).code).toBe(0);
    const pushed: string[] = [];
    github.world.listeners.push((happening) => {
      if (happening.event === 'push') pushed.push(`${happening.by.login} ${happening.ref}`);
    });
    expect(await commitAndPush('ana', 'HEAD:refs/heads/topic')).toMatchObject({ code: 0 });
    expect(pushed).toEqual(['ana refs/heads/topic']);
    const head = (await inClone('rev-parse', 'HEAD')).stdout.toString().trim();
    expect(await widgets.branch('topic')).toBe(head);
    expect(github.calls.at(-1)).toMatchObject({
      method: 'POST',
      path: '/acme/widgets.git/git-receive-pack',
      login: 'ana',
      status: 200,
    });
  });

  it('lets in who may read, and lets those push who may write', async () => {
    expect(await clone(null)).toMatchObject({ code: 128 });
    expect(await clone('stranger')).toMatchObject({ stderr: expect.stringMatching(/not found/) });
    expect(await clone('rob')).toMatchObject({ code: 0 });
    expect(await commitAndPush('rob', 'HEAD:refs/heads/topic')).toMatchObject({
      stderr: expect.stringContaining('Permission to acme/widgets.git denied to rob.'),
    });
    widgets.archive();
    expect(await commitAndPush('ana', 'HEAD:refs/heads/topic')).toMatchObject({
      stderr: expect.stringContaining('archived'),
    });
  });

  it('refuses a push to a protected branch in the words of GitHub', async () => {
    widgets.protect('main');
    await clone('ana');
    const { code, stderr } = await commitAndPush('ana', 'HEAD:refs/heads/main');
    expect(code).toBe(1);
    expect(stderr).toContain('GH006: Protected branch update failed for refs/heads/main.');
    expect(stderr).toContain('! [remote rejected] HEAD -> main (protected branch hook declined)');
    expect(await commitAndPush('ana', 'HEAD:refs/heads/topic')).toMatchObject({ code: 0 });
  });

  it('takes large packs, which come in pieces', async () => {
    await clone('ana');
    const big = randomBytes(3_000_000);
    await writeFile(join(folder, 'clone', 'big'), big);
    await inClone('add', 'big');
    expect(await commitAndPush('ana', 'HEAD:refs/heads/topic')).toMatchObject({ code: 0 });
    expect((await widgets.state.git.file('topic', 'big'))?.equals(big)).toBe(true);
  });

  it('follows a repository to its new name', async () => {
    const address = url('ana');
    widgets.transfer({ name: 'gadgets' });
    const { code } = await run(['ls-remote', '--exit-code', address, 'refs/heads/main'], { env });
    expect(code).toBe(0);
  });
});
