import { delimiter, dirname, isAbsolute } from 'node:path';
import type { Config } from '../config/config.js';
import type { HostDeps } from './host.js';
import type { Contained } from './keeper/containment/contain.js';
import { contain } from './keeper/containment/contain.js';
import { probeContainment } from './keeper/containment/probe.js';
import type { Login } from './login/open-login.js';
import { openLogin } from './login/open-login.js';

/** A program of a task that nobody trusts: an agent, or a check of what it has written. */
export interface Untrusted {
  argv: string[];
  /** The complete environment. */
  env: Record<string, string>;
  /** Where it runs, and may write unless `readOnly`. */
  cwd: string;
  readOnly?: boolean;
  /** The program's own folder for temporary files. */
  temporary: string;
  /** What else it may write to. */
  writable?: string[];
  /** For an agent that works with the person's login. */
  login?: Login;
  /** What it is shown of places that are hidden otherwise, such as the sockets of its tools. */
  readable?: string[];
}

/**
 * Shuts the program in, as far as the workflow file asks and this host can: it does not see the data
 * directory and the workspaces of other tasks. The operator's own scripts beside the workflow file stay in sight, and so
 * do the programs on `PATH`.
 * Throws `ContainmentError` when the host cannot give what the file asks for.
 */
export async function enclose(
  { env, paths }: Pick<HostDeps, 'env' | 'paths'>,
  config: Config,
  { argv, cwd, readOnly = false, temporary, writable = [], readable = [], ...program }: Untrusted,
): Promise<Contained> {
  const containment = await probeContainment(config.containment, env);
  // Where files are not contained, an agent that is known uses what is in the home directory.
  const { login } = program;
  const standIns = login && containment.files ? await openLogin(login, program.env) : [];
  return contain(argv, {
    containment,
    settings: config.containment,
    env: program.env,
    cwd,
    temporary,
    writable: readOnly ? writable : [cwd, ...writable],
    standIns,
    hidden: [paths.root, config.workspace.root],
    readable: [...(readOnly ? [cwd] : []), dirname(config.file), ...foldersOf(program.env.PATH), ...readable],
  });
}

function foldersOf(path = ''): string[] {
  return path.split(delimiter).filter(isAbsolute);
}
