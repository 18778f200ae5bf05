import type { OpenChange, Receipt, TaskLine, TaskMessage } from '../../../src/activities/forge/task-line.js';
import type { ChangeSeen } from '../../../src/domain/change.js';
import type { TaskStatus } from '../../../src/domain/status.js';

/** A task as its change's watch knows it: what it says of itself, and all that it was told. */
export interface ScriptedLine extends TaskLine {
  open: OpenChange[] | null;
  /** Null: the task is over. */
  now: Partial<TaskStatus> | null;
  seen: ChangeSeen[];
  told: TaskMessage[];
  /** How the next messages are taken, by their names. */
  receipts: Record<string, Receipt>;
}

export function scriptedLine(number = 1): ScriptedLine {
  const line: ScriptedLine = {
    open: [{ taskWorkflowId: 'task/shop/GH-1', number }],
    now: {},
    seen: [],
    told: [],
    receipts: {},
    openChanges: () => Promise.resolve(line.open),
    status: () => Promise.resolve(line.now as TaskStatus | null),
    see: (_, seen) => {
      line.seen.push(seen);
      return Promise.resolve();
    },
    tell: (_, message) => {
      line.told.push(message);
      return Promise.resolve(line.receipts[message.name] ?? { kind: 'taken' });
    },
  };
  return line;
}

/** A task that asks for a decision about a commit, since a moment. */
export function deciding(sha: string, since: string, round = 2): Partial<TaskStatus> {
  const waiting = { kind: 'decision' as const, sha, round, reasons: ['review.human.when is always'] };
  return { phase: 'review', waiting, waitsSince: since, headSha: sha, round };
}
