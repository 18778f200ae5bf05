import { join } from 'node:path';
import { packageRoot } from '../../../config/package-root.js';
import { toolsName } from '../../keeper/process/cookie.js';

type Environment = Record<string, string>;

/** The agent's environment, with the place where the keeper listens for calls of the task's tools: in sight of the agent. */
export function withTools(env: Environment): Environment {
  return { ...env, [toolsName]: join(env.TMPDIR ?? '/tmp', 'continuo-tools') };
}

/**
 * The tools of the task as a server that the agent starts. What it needs is said, because agents differ in what
 * they let through to their servers.
 */
export function toolServer(env: Environment): object {
  return {
    name: 'continuo',
    command: process.execPath,
    args: [join(packageRoot(), 'dist', 'tool-shim.js')],
    env: [{ name: toolsName, value: withTools(env)[toolsName] }],
  };
}
