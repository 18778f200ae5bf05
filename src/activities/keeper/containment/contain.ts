import { join } from 'node:path';
import type { Enclosure } from './containment.js';
import { diesWithParent, diesWithUs } from './dies-with-us.js';
import { fileView, homeOf, isWritable } from './file-view.js';
import { findProgram } from './find-program.js';
import { knowsLimits } from './memory.js';
import { inOwnNetwork } from './own-network.js';

/** What a keeper gets to start. */
export interface Contained {
  argv: string[];
  env: Record<string, string>;
}

/**
 * Puts a program into its containment: the words before its command, and the environment that fits. It runs in
 * `cwd`, its standard streams are the keeper's, its exit code is its own. Where `files` holds, a program that a
 * signal ended has the exit code 128 + number, as in a shell (and 1 stands for 199 where `network` holds). A program that is not on PATH is left as it is, so that
 * the keeper can say so.
 */
export async function contain(argv: readonly string[], enclosure: Enclosure): Promise<Contained> {
  const { containment, settings, env, cwd } = enclosure;
  if (findProgram(argv[0] ?? '', cwd, env.PATH) === null) return { argv: [...argv], env };
  if (!containment.processes) return { argv: [...(await diesWithUs()), ...argv], env };
  if (!containment.files) return { argv: [...diesWithParent, ...ownProcesses, ...argv], env };
  const shutIn = [...bubblewrap(enclosure, await knowsLimits()), ...argv];
  return {
    argv: containment.network ? inOwnNetwork(shutIn, settings.host_ports) : [...diesWithParent, ...shutIn],
    env: { ...env, ...ownCaches(enclosure), TMPDIR: enclosure.temporary },
  };
}

/** In this order: `setpriv` before `unshare`, so that the kernel kills them all in turn. */
const ownProcesses = [
  ...['unshare', '--user', '--map-current-user', '--pid', '--fork', '--mount-proc'],
  ...['--kill-child=SIGKILL', '--'],
];

function bubblewrap(enclosure: Enclosure, isLimited: boolean): string[] {
  const { cwd } = enclosure;
  const user = String(process.getuid?.() ?? 0);
  const group = String(process.getgid?.() ?? 0);
  return [
    // Without the new session it could type into a terminal, if there ever was one.
    ...['bwrap', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--unshare-user', '--uid', user, '--gid', group, '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...fileView(enclosure, isLimited),
    ...['--chdir', cwd, '--'],
  ];
}

/** Tools keep their downloads in the home directory, where they cannot write now unless the workflow file lets them. */
function ownCaches(enclosure: Enclosure): Record<string, string> {
  const { env, temporary } = enclosure;
  const usual: Record<string, string> = {
    XDG_CACHE_HOME: env.XDG_CACHE_HOME ?? join(homeOf(env), '.cache'),
    npm_config_cache: env.npm_config_cache ?? join(homeOf(env), '.npm'),
  };
  const own = Object.keys(usual).filter((name) => !isWritable(usual[name] ?? '', enclosure));
  return Object.fromEntries(own.map((name) => [name, join(temporary, 'cache', name)]));
}
