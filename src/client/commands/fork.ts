import { askedUntil } from '../../domain/fork.js';
import { findCheckpoint, neverReached } from '../../domain/rewind.js';
import type { Origin, RewindPhase } from '../../domain/rewind.js';
import type { TaskState } from '../../domain/task.js';
import { stateQuery } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { promptIssue, reportStart, startTask } from '../prompt-task.js';
import { describeTask, queryTask } from '../task-status.js';

export interface ForkOptions {
  to?: RewindPhase;
  round?: number;
  id?: string;
  message?: string;
}

/** Starts a second task from a checkpoint of one that runs or has ended, which stays as it is. */
export async function forkTask(invocation: Invocation, task: string, options: ForkOptions): Promise<void> {
  const { by } = invocation;
  const { id, message: note = '' } = options;
  await withEngine(invocation, async (engine) => {
    await describeTask(engine, task);
    const state = await queryTask(engine, task, stateQuery);
    if (state === null) {
      throw new CliError(
        ExitCode.failed,
        `no worker is running, and only one knows what task ${task} is about`,
        'start one: continuo up',
      );
    }
    const from = checkpointOf(state, options);
    const { title, description, scope, acceptance, priority } = state.issue;
    const issue = promptIssue({ title, prompt: description ?? '', scope, acceptance, priority, id });
    const started = await startTask(engine, issue, { task, by, note, ...from });
    reportStart(invocation, issue, { project: engine.project, ...started });
  });
}

/**
 * The checkpoint that is asked for, else the newest one, with what people had asked for by then. Throws `CliError` where
 * there is none.
 */
function checkpointOf(
  state: TaskState,
  { to, round }: ForkOptions,
): Pick<Origin, 'sha' | 'words' | 'findings'> {
  const task = state.issue.identifier;
  const startAnew = "start a task of its own: continuo start '<prompt>'";
  if (state.landedSha !== null) {
    const message = `refused: task ${task} has landed, and its checkpoints were removed`;
    throw new CliError(ExitCode.refused, message, startAnew);
  }
  if (to === undefined) {
    if (round !== undefined)
      throw new CliError(ExitCode.usage, '--round needs the phase as well: --to <phase>');
    if (state.headSha !== null) return { sha: state.headSha, ...askedUntil(state, null) };
    throw new CliError(ExitCode.refused, `refused: task ${task} has saved no work yet`, startAnew);
  }
  const checkpoint = findCheckpoint(state.checkpoints, to, round ?? null);
  if (checkpoint !== null) return { sha: checkpoint.sha, ...askedUntil(state, checkpoint) };
  throw new CliError(ExitCode.refused, `refused: ${neverReached(to, round ?? null)}`);
}
