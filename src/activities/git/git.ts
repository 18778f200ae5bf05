import { trustedEnvironment, untrustedEnvironment } from './git-environment.js';
import { startGit } from './runner/runner.js';

export interface GitOptions {
  gitDir?: string | undefined;
  workTree?: string | undefined;
  /** Where git runs; the work tree, else the git directory, unless given. */
  cwd?: string | undefined;
  /** An index file other than the git directory's own. */
  indexFile?: string | undefined;
  input?: string | Buffer | undefined;
  /** Variables in addition to those that every run of git has. */
  env?: Record<string, string> | undefined;
  /** For the user's own repository and remotes: their configuration, credentials and hooks count. */
  trusted?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface GitResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** A git command failed. The message says which one, and git's own words. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    readonly args: readonly string[],
    readonly exitCode: number,
    readonly stderr: string,
    options?: ErrorOptions,
  ) {
    super(`git ${args[0] ?? ''} failed (${exitCode}): ${lastLines(stderr)}`, options);
  }
}

/** Whatever a configuration says, these hold for the repository at hand. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.excludesFile=/dev/null',
  'core.attributesFile=/dev/null',
  'checkout.workers=2',
  'advice.detachedHead=false',
  // A server that stops answering must not hold a task for ever.
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
];

/** Runs git and returns what it printed. Throws `GitError` when it fails. */
export async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  return (await readGit(args, options)).toString('utf8');
}

/** As `runGit`, for output that is not text. */
export async function readGit(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await tryGit(args, options);
  if (exitCode === 0) return stdout;
  throw new GitError(args, exitCode, stderr);
}

/**
 * Runs git and returns how it ended; this is the one place that starts it. It has no terminal, so
 * nothing can ask for a password there. Throws when git cannot start, is killed, or is cancelled.
 */
export async function tryGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { ended, end } = startGit({
    args: [...globalOptions(options), ...args],
    cwd: options.cwd ?? options.workTree ?? options.gitDir ?? '/',
    env: environment(options),
    input: options.input ?? '',
  });
  signal?.addEventListener('abort', end);
  try {
    const {
      exitCode,
      signal: killedBy,
      stdout,
      stderr,
    } = await ended.catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GitError(args, -1, `git could not be run: ${why}`, { cause });
    });
    signal?.throwIfAborted();
    if (exitCode === null) throw new GitError(args, -1, `it was ended by ${String(killedBy)}`);
    return { exitCode, stdout, stderr: redact(stderr) };
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

/** The names, NUL-terminated, that a command printed. */
export function namesOf(output: string | Buffer): string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
}

function globalOptions({ gitDir, workTree, trusted }: GitOptions): string[] {
  // In the user's own repository the user's own settings are right.
  const own = trusted && gitDir === undefined ? [] : settings.flatMap((setting) => ['-c', setting]);
  return [
    ...own,
    ...(gitDir === undefined ? [] : [`--git-dir=${gitDir}`]),
    ...(workTree === undefined ? [] : [`--work-tree=${workTree}`]),
  ];
}

function environment({ trusted, indexFile, env }: GitOptions): Record<string, string> {
  return {
    ...(trusted ? trustedEnvironment(process.env) : untrustedEnvironment(process.env)),
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
    ...env,
  };
}

/** A token in a URL must not get into a log. */
function redact(text: string): string {
  return text.replace(/(\/\/)[^/@\s]+@/g, '$1');
}

function lastLines(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.slice(-5).join('\n');
}
