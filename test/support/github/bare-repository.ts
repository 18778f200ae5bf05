import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Ref {
  name: string;
  sha: string;
  type: string;
}

export interface GitOutput {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Git's own settings only: the machine's and the user's must not decide what a test sees. */
export const gitEnvironment = (extra: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'GitHub',
  GIT_AUTHOR_EMAIL: 'noreply@github.com',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@github.com',
  ...extra,
});

export function run(
  argv: string[],
  options: { env?: Record<string, string>; input?: Buffer | string } = {},
): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', argv, { env: gitEnvironment(options.env) });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
    // A program that wants no more input closes its end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** The real bare repository behind a repository of the fake. It is changed without a work tree. */
export class BareRepository {
  private constructor(readonly path: string) {}

  /** One that is there already. */
  static at(path: string): BareRepository {
    return new BareRepository(path);
  }

  static async create(path: string, defaultBranch: string): Promise<BareRepository> {
    await run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, path]);
    const repository = new BareRepository(path);
    await repository.git(['config', 'http.receivepack', 'true']);
    await repository.git(['config', 'uploadpack.allowAnySHA1InWant', 'true']);
    await repository.git(['config', 'uploadpack.allowFilter', 'true']);
    await repository.git(['config', 'gc.auto', '0']);
    // As on GitHub, pull requests move these, and no push does.
    await repository.git(['config', 'receive.hideRefs', 'refs/pull']);
    return repository;
  }

  /** The text that git prints. It throws what git says when git fails. */
  async git(
    argv: string[],
    options: { env?: Record<string, string>; input?: Buffer | string } = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(argv, options);
    if (code !== 0) throw new Error(`git ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.toString().trimEnd();
  }

  attempt(
    argv: string[],
    options: { env?: Record<string, string>; input?: Buffer | string } = {},
  ): Promise<GitOutput> {
    return run(['--git-dir', this.path, ...argv], options);
  }

  async refs(prefix = 'refs/'): Promise<Ref[]> {
    const format = '--format=%(refname) %(objectname) %(objecttype)';
    const listed = await this.git(['for-each-ref', format]);
    return listed
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => {
        const [name = '', sha = '', type = ''] = line.split(' ');
        return { name, sha, type };
      });
  }

  async ref(name: string): Promise<Ref | null> {
    return (await this.refs(name)).find((ref) => ref.name === name) ?? null;
  }

  async branch(name: string): Promise<string | null> {
    return (await this.ref(`refs/heads/${name}`))?.sha ?? null;
  }

  /** The object's full id, or null when there is none of that name. */
  async resolve(name: string): Promise<string | null> {
    const { code, stdout } = await this.attempt(['rev-parse', '--verify', '--quiet', `${name}^{object}`]);
    return code === 0 ? stdout.toString().trim() : null;
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await this.attempt(['merge-base', '--is-ancestor', older, newer])).code === 0;
  }

  async parents(commit: string): Promise<string[]> {
    const parents = await this.git(['rev-parse', `${commit}^@`]);
    return parents.split('\n').filter((sha) => sha !== '');
  }

  /** A file's bytes at a commit; null when it is not there. */
  async file(commit: string, path: string): Promise<Buffer | null> {
    const { code, stdout } = await this.attempt(['cat-file', 'blob', `${commit}:${path}`]);
    return code === 0 ? stdout : null;
  }

  /** The tree of a commit with these files put over it; null takes a file away. */
  async treeWith(commit: string | null, files: Record<string, string | Buffer | null>): Promise<string> {
    const folder = await mkdtemp(join(this.path, 'index-'));
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    try {
      if (commit !== null) await this.git(['read-tree', commit], { env });
      const lines: string[] = [];
      for (const [path, content] of Object.entries(files)) {
        if (content === null) lines.push(`0 ${'0'.repeat(40)}\t${path}`);
        else
          lines.push(
            `100644 ${await this.git(['hash-object', '-w', '--stdin'], { input: content })}\t${path}`,
          );
      }
      if (lines.length > 0)
        await this.git(['update-index', '--add', '--index-info'], { env, input: `${lines.join('\n')}\n` });
      return await this.git(['write-tree'], { env });
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** A commit of its own, on no branch. */
  commit(tree: string, parents: readonly string[], message: string, by: Signature): Promise<string> {
    const argv = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
    return this.git(argv, { env: signatureEnvironment(by), input: message });
  }

  /** The tree of a real merge; null when there are conflicts. */
  async mergeTree(one: string, other: string): Promise<string | null> {
    const { code, stdout, stderr } = await this.attempt(['merge-tree', '--write-tree', one, other]);
    if (code > 1) throw new Error(`git merge-tree ended with ${code}: ${stderr}`);
    return code === 0 ? stdout.toString().trim() : null;
  }

  /** The commits that the newer has and the older has not, oldest first. */
  async commitsBetween(older: string, newer: string): Promise<string[]> {
    const listed = await this.git(['rev-list', '--reverse', '--topo-order', `${older}..${newer}`]);
    return listed.split('\n').filter((sha) => sha !== '');
  }

  /** False when the ref is not where it was thought to be. `from` null: it must not exist yet. */
  async updateRef(name: string, to: string, from?: string | null): Promise<boolean> {
    const expected = from === undefined ? [] : [from ?? '0'.repeat(40)];
    return (await this.attempt(['update-ref', name, to, ...expected])).code === 0;
  }

  async deleteRef(name: string): Promise<void> {
    await this.git(['update-ref', '-d', name]);
  }
}

export interface Signature {
  name: string;
  email: string;
}

export function signatureEnvironment({ name, email }: Signature): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
