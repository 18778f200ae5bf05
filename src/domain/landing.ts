import type { Evidence } from './evidence.js';
import type { LandStrategy } from './config-view.js';
import type { Workspace } from './task.js';

/** One change that wants to be landed. The key is `(task, sha, round)`: asking twice adds one entry. */
export interface LandingEntry {
  key: string;
  /** Workflow id of the task that gets the answer. */
  taskWorkflowId: string;
  project: string;
  identifier: string;
  title: string;
  issueId: string;
  source: 'tracker' | 'prompt';
  configHash: string;
  /** Host for the forge. */
  host: string;
  workspace: Workspace;
  sha: string;
  base: string;
  strategy: LandStrategy;
  verify: boolean;
  session: string | null;
}

/** What became of an entry. */
export type LandingResult =
  | { kind: 'landed'; sha: string; baseSha: string; evidence: Evidence | null }
  | { kind: 'conflict'; baseSha: string; files: string[] }
  | { kind: 'red'; baseSha: string; evidence: Evidence }
  /** The base cannot take it now: changes in the way, a refused push. `message` says what to do. */
  | { kind: 'blocked'; message: string }
  /** Git, disk or network did not come back in time. */
  | { kind: 'infrastructure'; message: string }
  /** Taken out of the queue at the task's own wish. */
  | { kind: 'withdrawn' }
  | { kind: 'failed'; message: string };

/** A commit that is to become the head of the base. */
export interface LandingCandidate {
  sha: string;
  baseSha: string;
}

export function landingKey(taskWorkflowId: string, sha: string, round: number): string {
  return `${taskWorkflowId}#${round}@${sha}`;
}

/** The fixed workflow id of the train of one repository and base. */
export function landingWorkflowId(repoId: string, base: string): string {
  return `landing/${repoId}/${base}`;
}
