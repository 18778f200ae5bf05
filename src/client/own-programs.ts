import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Programs that belong to the person at the terminal and run as they do: their shell, and their git.
 * Agents, checks and hooks are never run from here.
 */

/** Opens a shell in a folder, and returns when the person leaves it. Throws when there is no such program. */
export async function openShell(shell: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  // Ctrl-C is for what runs in the shell.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const child = spawn(shell, { cwd: folder, env: { ...env, ...tamedGit(env) }, stdio: 'inherit' });
    await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
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
