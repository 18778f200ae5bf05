import type { DecideMessage } from '../../workflows/messages.js';
import { decideUpdate } from '../../workflows/messages.js';
import type { Pending } from '../../domain/decision.js';
import { shellWord } from '../../domain/status.js';
import type { TaskStatus } from '../../domain/status.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellTask } from '../task-message.js';
import { lookAtTask } from '../task-status.js';

export interface DecideOptions {
  /** The commit that the person has looked at; at least its first seven characters. */
  sha?: string;
  message?: string;
}

/** Decides about exactly what the task shows now, or about `--sha` if it still is that. */
export async function decide(
  invocation: Invocation,
  task: string,
  verdict: DecideMessage['verdict'],
  { sha, message }: DecideOptions,
): Promise<void> {
  const note = message?.trim() ?? '';
  if (verdict !== 'approve' && note === '') {
    throw new CliError(
      ExitCode.usage,
      'say why',
      `continuo ${verdict.replace('_', '-')} ${shellWord(task)} -m '<why>'`,
    );
  }
  await withEngine(invocation, async (engine) => {
    const pending = await pendingDecision(engine, task, verdict, sha ?? null);
    if (!invocation.json) invocation.out.line(`${doing[verdict]} ${pending.sha}, round ${pending.round}`);
    await tellTask(engine, invocation, task, decideUpdate, {
      ...newMessage(invocation.by),
      verdict,
      ...pending,
      note,
    });
  });
}

const doing = {
  approve: 'Approving',
  request_changes: 'Requesting changes to',
  reject: 'Rejecting',
} as const;

/** What the task shows for decision. Throws `CliError` when it shows nothing, or not the `wanted` commit. */
async function pendingDecision(
  engine: Engine,
  task: string,
  verdict: DecideMessage['verdict'],
  wanted: string | null,
): Promise<Pending> {
  const { status } = await lookAtTask(engine, task);
  const shown = shownFor(status, verdict);
  const look = `look at it: continuo status ${shellWord(task)}`;
  if (shown === null) {
    throw new CliError(
      ExitCode.refused,
      `refused: task ${task} waits for no decision; its phase is ${status.phase}`,
      look,
    );
  }
  if (wanted !== null && !shown.sha.startsWith(wanted.toLowerCase())) {
    const now = `${shown.sha.slice(0, 12)} of round ${shown.round}`;
    throw new CliError(
      ExitCode.refused,
      `refused: the decision is about ${wanted}, but the task now shows ${now}`,
      look,
    );
  }
  return shown;
}

/** What can be decided about; a change that is to land may still be taken back. */
function shownFor(
  { waiting, phase, headSha, round }: TaskStatus,
  verdict: DecideMessage['verdict'],
): Pending | null {
  if (waiting?.kind === 'decision') return { sha: waiting.sha, round: waiting.round };
  return verdict !== 'approve' && phase === 'land' && headSha !== null ? { sha: headSha, round } : null;
}
