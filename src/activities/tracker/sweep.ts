import type { Config } from '../../config/config.js';
import { taskWorkflowId } from '../../domain/task.js';
import type { Attempt } from '../attempt.js';
import { cleanUpRecorded } from '../git/clean-up.js';
import { IllegalIdentifierError } from '../git/keys.js';
import { readWorkspaceRecord, runDirectory } from '../git/run-directory.js';
import type { HostDeps } from '../host.js';
import { TrackerError } from './error.js';
import type { WorkflowState } from './look.js';
import type { Tracker } from './tracker.js';

export interface Sweep {
  deps: HostDeps;
  config: Config;
  tracker: Pick<Tracker, 'fetchIssuesByStates'>;
  workflowState: (workflowId: string) => Promise<WorkflowState>;
  signal: AbortSignal;
  attempt: Attempt;
}

/**
 * Clears away what this host still has of issues that are over, as a scheduler does when it starts (SPEC 8.6): tasks
 * may have ended while nothing was up. A tracker that cannot be read is a warning, and a task that is open keeps
 * everything. Returns the identifiers.
 */
export async function sweepWorkspaces(sweep: Sweep): Promise<string[]> {
  const { deps, config, tracker } = sweep;
  const swept: string[] = [];
  try {
    const { issues } = await tracker.fetchIssuesByStates(config.tracker.terminal_states);
    for (const { identifier } of issues) if (await sweepOne(sweep, identifier)) swept.push(identifier);
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    deps.log.warn('workspaces of closed issues are not looked for', { error: error.message });
  }
  return swept;
}

async function sweepOne({ workflowState, ...sweep }: Sweep, identifier: string): Promise<boolean> {
  const { deps, config } = sweep;
  const { project } = config;
  const runPath = runPathOf(deps, project, identifier);
  const record = runPath === null ? null : await readWorkspaceRecord(runPath);
  const isOurs = record?.project === project && record.identifier === identifier;
  if (!isOurs) return false;
  if ((await workflowState(taskWorkflowId(project, identifier))) === 'open') return false;
  await cleanUpRecorded(sweep, record);
  return true;
}

/** Null for an identifier that can have no workspace. */
function runPathOf({ paths }: HostDeps, project: string, identifier: string): string | null {
  try {
    return runDirectory(paths, project, identifier);
  } catch (error) {
    if (error instanceof IllegalIdentifierError) return null;
    throw error;
  }
}
