import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from '../activities/host.js';
import { listKeepers } from '../activities/keeper/list.js';
import type { RunningProgram } from '../activities/keeper/strays.js';
import { endProgram } from '../activities/keeper/strays.js';
import type { Owner } from '../activities/keeper/protocol.js';
import type { DataPaths } from '../config/paths.js';

type Runs = Pick<DataPaths, 'runs'>;

/** The agents, checks and hooks of a data directory that run now, whether a worker attends to them or not. */
export async function runningPrograms({ runs }: Runs): Promise<RunningProgram[]> {
  const all = await listKeepers(runs);
  return all
    .filter(({ state }) => state === 'running')
    .map(({ place, claim: keeper }) => ({ place, keeper }));
}

/**
 * Ends the programs of workflows that are closed: nobody will attach to them. Those of open ones wait, and
 * their leases bound the wait. Ends nothing that the server does not know, or while it does not answer.
 */
export async function sweepPrograms(
  paths: Runs,
  client: Pick<Client, 'workflow'>,
  log: Logger,
): Promise<void> {
  try {
    for (const program of await runningPrograms(paths)) {
      const { owner } = program.keeper;
      if (!(await isClosed(client, owner))) continue;
      log.warn('ends a program whose workflow has closed', {
        workflowId: owner.workflowId,
        program: owner.title,
      });
      await endProgram(program);
    }
  } catch (error) {
    log.warn('programs of closed workflows could not be looked for', { error });
  }
}

async function isClosed(
  { workflow }: Pick<Client, 'workflow'>,
  { workflowId, workflowRun }: Owner,
): Promise<boolean> {
  try {
    const { status } = await workflow.getHandle(workflowId, workflowRun).describe();
    return status.name !== 'RUNNING' && status.name !== 'PAUSED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
