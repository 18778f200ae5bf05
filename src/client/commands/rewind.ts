import { shellWord } from '../../domain/status.js';
import type { TaskStatus } from '../../domain/status.js';
import type { RewindPhase } from '../../domain/rewind.js';
import { rewindUpdate } from '../../workflows/messages.js';
import { awaitTask } from '../await-task.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellTask } from '../task-message.js';
import { lookAtTask } from '../task-status.js';

export interface RewindOptions {
  to: RewindPhase;
  round?: number;
  message?: string;
}

/** Has a task put back to an earlier moment, and waits until it is. Throws `CliError` when it cannot be. */
export async function rewindTask(
  invocation: Invocation,
  task: string,
  { to, round = 0, message = '' }: RewindOptions,
): Promise<void> {
  const { by, json, out } = invocation;
  await withEngine(invocation, async (engine) => {
    const before = (await lookAtTask(engine, task)).status.round;
    const rewind = { ...newMessage(by), note: message, to, round };
    const sent = await tellTask(engine, invocation, task, rewindUpdate, rewind);
    if (sent.kind === 'recorded') return;
    const result = await awaitTask(engine, invocation, task, (status) => resultOf(status, before));
    if (!json) out.line(`${task}: ${result}`);
  });
}

/** What became of it; null while the files are being put back. */
function resultOf({ task, rewind, round, history }: TaskStatus, before: number): string | null {
  if (rewind !== null) return null;
  const said = history.findLast(({ note }) => /^(not )?put back /.test(note))?.note;
  if (round > before) return said ?? `goes on in round ${round}`;
  throw new CliError(
    ExitCode.refused,
    said ?? 'not put back',
    `see what it does: continuo status ${shellWord(task)}`,
  );
}
