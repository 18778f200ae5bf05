import { QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import type { Problem } from '../domain/project.js';
import { isStopped, projectWorkflowId } from '../domain/project.js';
import { problemsQuery } from '../workflows/messages.js';
import type { Engine } from './engine.js';
import { hasNoWorker } from './grpc.js';
import type { Output } from './output.js';
import type { OpenProject } from './project.js';

const queryMs = 3_000;
const mostShown = 5;

/** Says on stderr what a person should mend in the project's workflow file or tracker. */
export async function remarkProblems(
  engine: Engine,
  { isBroken }: Pick<OpenProject, 'isBroken'>,
  out: Output,
): Promise<void> {
  // Then it was said already.
  if (isBroken) return;
  const problems = await findProblems(engine);
  if (problems.length === 0) return;
  const state = isStopped({ problems }) ? 'starts nothing new before this is mended' : 'is not in order';
  out.remark(`Project ${engine.project} ${state}:`);
  for (const { where, message } of problems.slice(0, mostShown)) out.remark(`  ${where}: ${message}`);
  if (problems.length > mostShown) out.remark(`  and ${problems.length - mostShown} more`);
}

/** Without a worker nobody knows. */
async function findProblems(engine: Engine): Promise<Problem[]> {
  const handle = engine.client.workflow.getHandle(projectWorkflowId(engine.project));
  try {
    return await engine.call(() => handle.query(problemsQuery), queryMs);
  } catch (error) {
    const neverUp = error instanceof WorkflowNotFoundError;
    if (neverUp || error instanceof QueryNotRegisteredError || hasNoWorker(error)) return [];
    throw error;
  }
}
