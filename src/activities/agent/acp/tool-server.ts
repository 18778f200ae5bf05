import { join } from 'node:path';
import { toolsName } from '../../keeper/process/cookie.js';
import type { Turn } from '../agent.js';
import { toolServersFor } from '../tool-server.js';

type Environment = Record<string, string>;

/** The agent's environment, with the place where the keeper listens for calls of the task's tools: in sight of the agent. */
export function withTools(env: Environment): Environment {
  return { ...env, [toolsName]: join(env.TMPDIR ?? '/tmp', 'continuo-tools') };
}

/**
 * The tools of the task as a server that the agent starts. What it needs is said, because agents differ in what
 * they let through to their servers.
 */
export function toolServers({ env, tools }: Pick<Turn, 'env' | 'tools'>): object[] {
  const given = withTools(env);
  return toolServersFor(tools).map(({ name, command, args, environment }) => ({
    name,
    command,
    args,
    env: environment.map((variable) => ({ name: variable, value: given[variable] })),
  }));
}
