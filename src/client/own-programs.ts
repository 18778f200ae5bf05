import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { CliError, ExitCode } from './error.js';

/**
 * Programs that belong to the person at the terminal and run as they do: their shell, pager, and git.
 * Agents, checks and hooks are never run from here.
 */

/** Opens a shell in a folder, and returns when the person leaves it. Throws when there is no such program. */
export async function openShell(shell: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await leavingInterrupts(async () => {
    const child = spawn(shell, { cwd: folder, env: { ...env, ...tamedGit(env) }, stdio: 'inherit' });
    await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  });
}

const notFound = 127;

/**
 * Shows a text in the person's pager, as git does: `PAGER`, else `less -FRX`. False where there is none,
 * and nothing of the text was read. Throws `CliError` for a `PAGER` that cannot be run.
 */
export async function openPager(text: () => Readable, env: NodeJS.ProcessEnv): Promise<boolean> {
  const { PAGER: command = null } = env;
  if (command === '' || command === 'cat') return false;
  return leavingInterrupts(async () => {
    const [program, ...args] = command === null ? (['less'] as const) : (['sh', '-c', command] as const);
    const child = spawn(program, args, {
      env: { LESS: 'FRX', LV: '-c', ...env },
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      await once(child, 'spawn');
    } catch {
      return false;
    }
    // Who has seen enough closes the pager, and with it the pipe.
    const written = pipeline(text(), child.stdin).catch(ignoreClosedPipe);
    if ((await exit) === notFound) {
      throw new CliError(
        ExitCode.failed,
        `the pager ${command ?? ''} cannot be run`,
        'show it without: --no-pager',
      );
    }
    await written;
    return true;
  });
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

/** Ctrl-C is for the program that has the terminal. */
async function leavingInterrupts<T>(work: () => Promise<T>): Promise<T> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    return await work();
  } finally {
    process.off('SIGINT', ignore);
  }
}

/**
 * The workspace's `.git` was the agent's, and many a prompt asks git about every folder it shows: the
 * programs that git starts by itself are turned off there.
 */
function tamedGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    GIT_CONFIG_COUNT: String(given + 2),
    [`GIT_CONFIG_KEY_${given}`]: 'core.fsmonitor',
    [`GIT_CONFIG_VALUE_${given}`]: 'false',
    [`GIT_CONFIG_KEY_${given + 1}`]: 'core.hooksPath',
    [`GIT_CONFIG_VALUE_${given + 1}`]: '/dev/null',
  };
}

/** Whom a commit of this person in this folder would name, or null where git does not know. */
export async function gitAuthor(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ name: string; mail: string } | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['var', 'GIT_AUTHOR_IDENT'], { cwd: folder, env });
    const [, name, mail] = /^(.*) <(.*)> \d+ [+-]\d+\s*$/.exec(stdout) ?? [];
    return name === undefined || mail === undefined ? null : { name, mail };
  } catch {
    return null;
  }
}
