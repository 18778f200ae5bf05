import type { Change, ChangeSeen, ShownFinding, ThreadAnswer } from '../domain/change.js';
import type { LandStrategy } from '../domain/config-view.js';
import type { CheckResult } from '../domain/evidence.js';
import type { Workspace } from '../domain/task.js';
import type { CheckpointOutcome, Configured } from './ports.js';

/** What somebody has pushed, in the files; `conflicts` are those in which it does not fit the work, with marks. */
export interface AdoptOutcome {
  /** What the branch was at: a later one where the commit that was asked for is gone. */
  sha: string;
  checkpoint: CheckpointOutcome;
  /** The base that the work is compared with from now on. */
  baseSha: string;
  /** The first of those that they have changed. */
  files: string[];
  conflicts: string[];
  /** Who has made the commit, as git names people. */
  by: string;
}

/** A task's change at a forge that has such. */
export interface ChangeInput extends Configured {
  project: string;
  identifier: string;
  number: number;
}

export interface ShowChangeInput extends Configured {
  project: string;
  identifier: string;
  issueId: string;
  source: 'tracker' | 'prompt';
  workspace: Workspace;
  /** Null before it was opened. */
  number: number | null;
  /** The commit that the change is to be at, a child of what was shown before. */
  sha: string;
  base: string;
  title: string;
  /** Markdown; what closes the issue is added by the forge. */
  body: string;
  isDraft: boolean;
  /** What our own checks say of the commit; published there. */
  checks: CheckResult[];
  findings: ShownFinding[];
  answers: ThreadAnswer[];
}

export type ShowChangeOutcome =
  | { kind: 'shown'; change: Change; seen: ChangeSeen }
  /** Somebody has put other commits on the branch of an open change, or removed some: it is at `sha` now. */
  | { kind: 'pushed'; sha: string }
  /** Only a person can mend it; in words with what to do, without a full stop. */
  | { kind: 'blocked'; message: string };

export type MergeChangeOutcome =
  /** The commit on the base. */
  | { kind: 'merged'; sha: string }
  /** The forge merges it when its queue or its checks are ready. */
  | { kind: 'queued' }
  /** The change is not at the commit any more, or the base has moved: it is to be looked at again. */
  | { kind: 'moved' }
  | { kind: 'blocked'; message: string };

/** What has become of a change that was not to land any more. */
export interface ChangeStanding {
  /** As what it was merged all the same, or null. */
  mergedSha: string | null;
}

/** Changes of a forge that keeps them; asked for only where `land.mode` is `pull_request`. */
export interface ChangePort {
  /**
   * Brings the change to where the task is: pushes the commit to the task's branch, opens the change or finds it again,
   * and publishes text, marks, checks, findings and answers. Key: the task's branch, and of what is written the ids in it.
   */
  showChange(input: ShowChangeInput): Promise<ShowChangeOutcome>;
  /**
   * Looks at the open changes of a project, or at those named, and tells their tasks what is new: by `changeSeen`, and
   * what people say by the messages that they would have sent themselves. Reads; the ids are the key of what is told.
   */
  lookAtChanges(input: Configured & { project: string; numbers: number[] | null }): Promise<void>;
  /**
   * The same again and again, for as long as the project has that configuration. Where it could not be done before, and
   * `isTroubled` says so, it ends after the first look that succeeds.
   */
  watchChanges(input: Configured & { project: string; isTroubled?: boolean }): Promise<void>;
  /** Has failed checks run once more; false where the forge cannot. Key: the commit. */
  rerunChecks(input: ChangeInput & { sha: string }): Promise<{ isRerun: boolean }>;
  /** What failed checks of the commit say, with the end of their logs. Reads only. */
  readChecks(input: ChangeInput & { sha: string; workspace: Workspace }): Promise<CheckResult[]>;
  /** Merges the change at exactly this commit, or puts it into the forge's queue. Key: the commit. */
  mergeChange(
    input: ChangeInput & { sha: string; base: string; strategy: LandStrategy; title: string },
  ): Promise<MergeChangeOutcome>;
  /** Has the forge not merge it by its queue, nor by itself. Key: the number. */
  withdrawChange(input: ChangeInput): Promise<ChangeStanding>;
  /**
   * Closes a change that is over, with a last word unless that is empty, and removes its branch. Says as what it was merged,
   * if it was, which an earlier version did not. Key: the number.
   */
  closeChange(input: ChangeInput & { text: string; branch: string }): Promise<ChangeStanding | null>;
}
