import { userInfo } from 'node:os';
import { CliError, ExitCode } from './error.js';
import type { Output } from './output.js';
import { openOutput } from './output.js';
import type { Surroundings } from './surroundings.js';

/** Options that every command takes. */
export interface GlobalOptions {
  workflow?: string;
  json?: boolean;
  by?: string;
}

/** One run of one command, and what it may know of the world around it. */
export interface Invocation extends Surroundings {
  /** The workflow file that was asked for, or null. */
  workflow: string | null;
  json: boolean;
  /** Who speaks: recorded with every message. */
  by: string;
  out: Output;
}

export function openInvocation(surroundings: Surroundings, options: GlobalOptions): Invocation {
  const { env, stdout, stderr } = surroundings;
  return {
    ...surroundings,
    workflow: options.workflow ?? null,
    json: options.json ?? false,
    by: speaker(options.by, env),
    out: openOutput(stdout, stderr, env),
  };
}

function speaker(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const by = (option ?? env.CONTINUO_BY ?? userName(env)).trim();
  if (by === '') {
    throw new CliError(ExitCode.usage, 'nobody is named as the one who speaks', 'name yourself: --by <who>');
  }
  return by;
}

/** The account's name; a container may run under a user id that has none. */
function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? `user ${process.getuid?.() ?? ''}`.trim();
  }
}
