import { dirname } from 'node:path';
import type { TaskStatus } from '../../domain/status.js';
import { shellWord } from '../../domain/status.js';
import type { HandBackMessage } from '../../workflows/messages.js';
import { handBackUpdate } from '../../workflows/messages.js';
import { awaitTask } from '../await-task.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { gitAuthor } from '../own-programs.js';
import { tellTask } from '../task-message.js';

export interface HandBackOptions {
  message?: string;
  /** The work is finished: it is verified without another turn of the agent. */
  verify?: boolean;
  /** `Name <mail>`; else as git knows the person. */
  author?: string;
}

/**
 * Hands a task back that a person has taken over, and waits until their work is saved. Throws
 * `CliError` when it cannot be: then the task stays with them.
 */
export async function handBackTask(
  invocation: Invocation,
  task: string,
  { message = '', verify = false, author }: HandBackOptions,
): Promise<void> {
  const { by, env, json, out } = invocation;
  await withEngine(invocation, async (engine, { config }) => {
    const person = author === undefined ? await gitAuthor(dirname(config.file), env) : readAuthor(author);
    const handBack: HandBackMessage = {
      ...newMessage(by),
      note: message,
      name: person?.name ?? by,
      mail: person?.mail ?? '',
      then: verify ? 'verify' : 'run',
    };
    const sent = await tellTask(engine, invocation, task, handBackUpdate, handBack);
    if (sent.kind === 'recorded') return;
    const result = await awaitTask(engine, invocation, task, (status) => resultOf(status, by));
    if (!json) out.line(`${task}: ${result}`);
  });
}

/** `Name <mail>`, as git takes it. Throws `CliError` for anything else. */
function readAuthor(text: string): { name: string; mail: string } {
  const [, name, mail] = /^\s*([^<>]*[^<>\s])\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  if (name !== undefined && mail !== undefined) return { name, mail };
  throw new CliError(
    ExitCode.usage,
    `${text} names no author`,
    "write it as git does: 'Ann Lee <ann@example.org>'",
  );
}

/** What became of the work; null while it is being saved. */
function resultOf({ task, taken, waiting, history, round }: TaskStatus, by: string): string | null {
  if (waiting?.kind === 'taken' && waiting.problem !== null) {
    throw new CliError(
      ExitCode.refused,
      `not handed back: ${waiting.problem}`,
      `the task stays with ${waiting.by}; mend it, then: continuo hand-back ${shellWord(task)}`,
    );
  }
  if (taken !== null) return null;
  const said = history.findLastIndex(({ note }) => note === `handed back by ${by}`);
  const next = said < 0 ? undefined : history[said + 1];
  return next?.note ?? `goes on in round ${round}`;
}
