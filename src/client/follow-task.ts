import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskStatus } from '../domain/status.js';
import type { HistoryEntry } from '../domain/task.js';
import { isOutcome } from '../domain/task.js';
import type { Engine } from './engine.js';
import { CliError, ExitCode } from './error.js';
import type { Invocation } from './invocation.js';
import { isUnanswered } from './grpc.js';
import { needsPerson } from './needs-person.js';
import { noWorkerRemark } from './remarks.js';
import type { Sighting } from './task-status.js';
import { lookAtTask } from './task-status.js';
import { formatTime } from './time.js';

const lookEveryMs = 1_000;

/**
 * Prints a line for each step of a task until it is over. A wait for a person is waited through, with
 * what to do about it. Throws `CliError` with exit code 1 when the task ends in any way but `done`.
 */
export async function followTask(engine: Engine, invocation: Invocation, identifier: string): Promise<void> {
  const { out, json } = invocation;
  const story = new Story((line) => (json ? out.remark(line) : out.line(line)));
  for (;;) {
    const sighting = await look(engine, identifier);
    story.tell(sighting);
    if (typeof sighting !== 'string' && isOver(sighting)) {
      conclude(invocation, sighting.status);
      return;
    }
    await sleep(lookEveryMs);
  }
}

/** Follows through a restart of the engine. */
async function look(engine: Engine, identifier: string): Promise<Sighting | 'no engine'> {
  try {
    return await lookAtTask(engine, identifier);
  } catch (error) {
    if (isUnanswered(error)) return 'no engine';
    throw error;
  }
}

function isOver({ status, isOpen }: Sighting): boolean {
  return !isOpen || isOutcome(status.phase);
}

function conclude({ out, json }: Invocation, status: TaskStatus): void {
  if (json) out.json(status);
  if (status.phase === 'done') {
    if (!json && status.landedSha !== null) out.line(`Landed as ${status.landedSha}`);
    return;
  }
  const why = status.lastError === null ? '' : `: ${status.lastError.message}`;
  throw new CliError(
    ExitCode.failed,
    `task ${status.task} ended as ${status.phase}${why}`,
    status.next[0]?.command,
  );
}

/** Tells of a task what has not been told yet. */
class Story {
  private told: HistoryEntry | null = null;
  private waitingFor: string | null = null;
  private remark: string | null = null;

  constructor(private readonly print: (line: string) => void) {}

  tell(sighting: Sighting | 'no engine'): void {
    if (sighting === 'no engine') {
      this.tellOnce('The engine does not answer; waiting for it.');
      return;
    }
    const { status, isLive } = sighting;
    this.tellOnce(isLive ? null : noWorkerRemark);
    for (const { at, phase, note } of this.untold(status.history)) {
      this.print(`${formatTime(at)}  ${phase.padEnd(9)}  ${note}`);
    }
    if (status.waitingFor !== null && status.waitingFor !== this.waitingFor) this.tellWait(status);
    this.waitingFor = status.waitingFor;
  }

  private tellOnce(remark: string | null): void {
    if (remark !== null && remark !== this.remark) this.print(remark);
    this.remark = remark;
  }

  private untold(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
    const { told } = this;
    const last = history.findLastIndex(
      (entry) =>
        told !== null && entry.at === told.at && entry.phase === told.phase && entry.note === told.note,
    );
    this.told = history.at(-1) ?? told;
    return history.slice(last + 1);
  }

  private tellWait({ waitingFor, waiting, next }: TaskStatus): void {
    this.print(`Waits for ${waitingFor ?? 'nothing'}`);
    if (!needsPerson(waiting)) return;
    for (const { action, command } of next) this.print(`  ${action}: ${command}`);
  }
}
