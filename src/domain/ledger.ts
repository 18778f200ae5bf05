import type { Decision } from './decision.js';
import type { Finding } from './finding.js';
import type { HistoryEntry, Outcome, TaskError, TaskState } from './task.js';
import type { Usage } from './usage.js';

/** What stays of a task when Temporal has forgotten its history: one JSON file in the data directory. */
export interface LedgerRecord {
  version: 1;
  workflowId: string;
  runId: string;
  project: string;
  /** The identifier, as commands take it. */
  task: string;
  issueId: string;
  source: TaskState['issue']['source'];
  title: string;
  outcome: Outcome;
  /** Why it was rejected, cancelled or failed; null for a task that is done. */
  reason: string | null;
  attempt: number | null;
  rounds: number;
  baseSha: string | null;
  headSha: string | null;
  landedSha: string | null;
  /** Who decided what, when and by which way, oldest first. */
  decisions: Decision[];
  usage: Usage;
  lastError: TaskError | null;
  /** What reviewers found, and what became of it. */
  findings: Finding[];
  history: HistoryEntry[];
  /** RFC 3339: the oldest and the newest entry of the history. */
  startedAt: string | null;
  endedAt: string | null;
}

/** Pure, so that writing it again writes the same. */
export function ledgerRecord(
  state: TaskState,
  outcome: Outcome,
  run: { workflowId: string; runId: string },
): LedgerRecord {
  const { issue, history } = state;
  return {
    version: 1,
    workflowId: run.workflowId,
    runId: run.runId,
    project: state.project,
    task: issue.identifier,
    issueId: issue.id,
    source: issue.source,
    title: issue.title,
    outcome,
    reason: reasonOf(state),
    attempt: state.attempt,
    rounds: state.round,
    baseSha: state.workspace?.baseSha ?? null,
    headSha: state.headSha,
    landedSha: state.landedSha,
    decisions: state.decisions,
    usage: state.usage,
    lastError: state.lastError,
    findings: state.findings,
    history,
    startedAt: history[0]?.at ?? null,
    endedAt: history.at(-1)?.at ?? null,
  };
}

function reasonOf({ stage }: TaskState): string | null {
  switch (stage.phase) {
    case 'rejected':
    case 'cancelled':
      return `${stage.by}: ${stage.note}`;
    case 'failed':
      return `${stage.reason}: ${stage.message}`;
    default:
      return null;
  }
}
