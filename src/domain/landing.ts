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
  /** How many entries may be verified together; missing in what an earlier version asked for. */
  batch?: number;
}

/** What became of an entry. */
export type LandingResult =
  /**
   * `under` is the head that was verified and that this commit came in with, where others landed on top
   * of it in the same step; the evidence is theirs then.
   */
  /** `remainder` is what a person has to see to in a checkout of the base that could not follow. */
  | {
      kind: 'landed';
      sha: string;
      baseSha: string;
      evidence: Evidence | null;
      under?: string;
      remainder?: string;
    }
  /** The base at `baseSha` has all of it already: there is nothing to land. */
  | { kind: 'empty'; baseSha: string }
  | ({ kind: 'conflict' } & Conflict)
  /** `takenIn` is missing in what an earlier version answered. */
  | { kind: 'red'; baseSha: string; evidence: Evidence; takenIn?: TakenIn }
  /** The base cannot take it now: changes in the way, a refused push, no such branch. `message` says what to do. */
  | { kind: 'blocked'; message: string }
  /** Git, disk or network did not come back in time. */
  | { kind: 'infrastructure'; message: string }
  /** Taken out of the queue at the task's own wish. */
  | { kind: 'withdrawn' }
  /** Taken out of the queue by a person. */
  | { kind: 'removed'; by: string }
  | { kind: 'failed'; message: string };

/** Whether the files of a workspace have a newer base in them; `conflicts` are those with marks of both sides. */
export type TakenIn = { kind: 'taken'; conflicts: string[] } | { kind: 'left'; message: string };

/** Where a change and the base do not fit together. */
export interface Conflict {
  /** The commit of the base. */
  baseSha: string;
  files: string[];
  /** The first places of these files, with what both sides have there; missing in what an earlier version recorded. */
  hunks?: ConflictHunk[];
}

/** One place that both sides have changed. */
export interface ConflictHunk {
  path: string;
  /** The line of the file where the conflict begins; null where it is about the whole file. */
  line: number | null;
  base: string;
  work: string;
}

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
