import { variable } from './environment.js';
import type { Environment } from './environment.js';

/** The queue of the workflows: `CONTINUO_QUEUE`, else `continuo`. */
export function workflowQueue(env: Environment): string {
  return variable(env, 'CONTINUO_QUEUE') ?? 'continuo';
}
