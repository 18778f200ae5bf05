import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Issue } from '../domain/issue.js';
import { unreadIssue } from '../domain/issue.js';
import type { Origin } from '../domain/rewind.js';
import { shellWord } from '../domain/status.js';
import { taskWorkflowId } from '../domain/task.js';
import type { TaskInput } from '../workflows/messages.js';
import { taskAttributes } from '../workflows/search-attributes.js';
import type { task } from '../workflows/task.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import { grpcCode, GrpcCode, grpcDetails } from './grpc.js';
import type { Invocation } from './invocation.js';
import { newIdentifier } from './slug.js';

/** Workflow ids may have 1000 characters, of which the project's name takes some. */
const identifierLimit = 500;
/** The Temporal UI takes 400 bytes for the line beside a workflow. */
const summaryLimit = 100;

/** What a person says of a task that is in no tracker. */
export interface PromptTask {
  title: string;
  prompt: string;
  scope: string[];
  acceptance: string[];
  priority: number | null;
  /** Made from the title where it is not given. */
  id: string | undefined;
}

/** The issue that a prompt stands for. Throws `CliError` for an identifier that cannot be one. */
export function promptIssue({ title, prompt, scope, acceptance, priority, id }: PromptTask): Issue {
  const identifier = id ?? newIdentifier(title);
  // eslint-disable-next-line no-control-regex
  if (identifier.trim() === '' || identifier.length > identifierLimit || /[\x00-\x1f\x7f]/.test(identifier)) {
    throw new CliError(
      ExitCode.usage,
      `--id must have 1 to ${identifierLimit} characters, none of them a control character`,
    );
  }
  const now = new Date().toISOString();
  const issue = unreadIssue({
    // Apart from the ids of the tracker, which may have an issue of that name.
    id: `prompt:${identifier}`,
    identifier,
    title,
    priority,
    state: 'Todo',
    created_at: now,
    source: 'prompt',
  });
  return { ...issue, description: prompt, updated_at: now, scope, acceptance };
}

/** Starts the task itself, from a checkpoint of another one where that is given. Throws `CliError` when it runs already. */
export async function startTask(
  engine: Engine,
  issue: Issue,
  origin?: Origin,
): Promise<{ workflowId: string; runId: string }> {
  const { project } = engine;
  const workflowId = taskWorkflowId(project, issue.identifier);
  const input: TaskInput = {
    project,
    issue,
    grant: null,
    forced: true,
    state: null,
    ...(origin && { origin }),
  };
  try {
    const handle = await engine.call(() =>
      engine.client.workflow.start<typeof task>('task', {
        workflowId,
        taskQueue: engine.queue,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        args: [input],
        memo: { title: issue.title },
        typedSearchAttributes: taskAttributes(project, issue.identifier),
        staticSummary: issue.title.slice(0, summaryLimit),
      }),
    );
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    throw startError(error, issue.identifier);
  }
}

function startError(error: unknown, identifier: string): unknown {
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    const word = shellWord(identifier);
    return new CliError(
      ExitCode.refused,
      `refused: task ${identifier} is running already`,
      `look at it: continuo status ${word}, or tell it something: continuo steer ${word} '<text>'`,
    );
  }
  if (grpcCode(error) === GrpcCode.invalidArgument) {
    return new CliError(
      ExitCode.failed,
      `the engine does not take the task: ${grpcDetails(error) ?? ''}`,
      'an engine that Continuo has not used before is prepared by: continuo up (or continuo worker)',
      { cause: error },
    );
  }
  return error;
}

export function reportStart(
  { out, json }: Invocation,
  { identifier, title }: Issue,
  started: { project: string; workflowId: string; runId: string },
): void {
  if (json) {
    out.json({ task: identifier, title, ...started });
    return;
  }
  const word = shellWord(identifier);
  out.line(`Started ${identifier}: ${title}`);
  out.line(`  status  continuo status ${word}`);
  out.line(`  follow  continuo logs ${word} -f`);
  out.line(`  stop    continuo cancel ${word}`);
}
