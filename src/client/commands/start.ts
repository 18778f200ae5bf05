import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Issue } from '../../domain/issue.js';
import { unreadIssue } from '../../domain/issue.js';
import { shellWord } from '../../domain/status.js';
import { taskWorkflowId } from '../../domain/task.js';
import type { TaskInput } from '../../workflows/messages.js';
import { taskAttributes } from '../../workflows/search-attributes.js';
import type { task } from '../../workflows/task.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { followTask } from '../follow-task.js';
import { grpcCode, GrpcCode, grpcDetails } from '../grpc.js';
import type { Invocation } from '../invocation.js';
import { readPrompt, titleOf } from '../prompt.js';
import { newIdentifier } from '../slug.js';
import { startIssue } from './start-issue.js';

export interface StartOptions {
  file?: string;
  title?: string;
  scope?: string[];
  accept?: string[];
  priority?: number;
  id?: string;
  wait?: boolean;
}

/** Workflow ids may have 1000 characters, of which the project's name takes some. */
const identifierLimit = 500;
/** The Temporal UI takes 400 bytes for the line beside a workflow. */
const summaryLimit = 100;

/** Starts a task from a prompt or from an issue and, with `--wait`, follows it to its end. */
export async function start(
  invocation: Invocation,
  prompt: string | null,
  options: StartOptions & { issue?: string },
): Promise<void> {
  if (options.issue === undefined) return startPrompt(invocation, prompt, options);
  const extra = [
    prompt,
    options.file,
    options.title,
    options.scope,
    options.accept,
    options.priority,
    options.id,
  ];
  if (extra.some((given) => given !== undefined && given !== null)) {
    throw new CliError(
      ExitCode.usage,
      '--issue takes everything from the tracker: without a prompt and its options',
      `continuo start --issue ${shellWord(options.issue)}`,
    );
  }
  return startIssue(invocation, options.issue, options.wait ?? false);
}

async function startPrompt(
  invocation: Invocation,
  argument: string | null,
  options: StartOptions,
): Promise<void> {
  const prompt = await readPrompt({ argument, file: options.file ?? null, cwd: invocation.cwd });
  const issue = issueOf(prompt, options);
  await withEngine(invocation, async (engine) => {
    const started = await startTask(engine, issue);
    if (options.wait) await announceAndFollow(engine, invocation, issue);
    else report(invocation, issue, { project: engine.project, ...started });
  });
}

function issueOf(prompt: string, options: StartOptions): Issue {
  const title = options.title?.trim() ?? titleOf(prompt);
  if (title === '') throw new CliError(ExitCode.usage, '--title is empty');
  const identifier = options.id ?? newIdentifier(title);
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
    priority: options.priority ?? null,
    state: 'Todo',
    created_at: now,
    source: 'prompt',
  });
  const scope = options.scope ?? [];
  const acceptance = options.accept ?? [];
  return { ...issue, description: prompt, updated_at: now, scope, acceptance };
}

async function startTask(engine: Engine, issue: Issue): Promise<{ workflowId: string; runId: string }> {
  const { project } = engine;
  const workflowId = taskWorkflowId(project, issue.identifier);
  const input: TaskInput = { project, issue, grant: null, forced: true, state: null };
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

async function announceAndFollow(
  engine: Engine,
  invocation: Invocation,
  { identifier, title }: Issue,
): Promise<void> {
  const { out, json } = invocation;
  const started = `Started ${identifier}: ${title}`;
  if (json) out.remark(started);
  else out.line(started);
  await followTask(engine, invocation, identifier);
}

function report(
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
