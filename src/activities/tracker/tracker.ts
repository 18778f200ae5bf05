import type { FileEdit, TreeReader } from '../git/landing-edits.js';
import type { Issue } from '../../domain/issue.js';
import type { LandingEntry } from '../../domain/landing.js';
import type { Problem } from '../../domain/project.js';
import type { Tool } from '../tool.js';
import type { Holder } from './holder.js';

/** Issues, and what a person should mend so that there are more. */
export interface IssueList {
  issues: Issue[];
  problems: Problem[];
}

/** What the tools of one task's agent are about. */
export interface ToolContext {
  /** As it was when the workspace was prepared. */
  issue: Issue;
  /** The task's run directory, for what the tracker itself has no place for. */
  runPath: string;
}

export type ClaimVerdict =
  | { kind: 'ours' }
  /** In words for people: whose it is, and what to do if that is wrong. */
  | { kind: 'theirs'; message: string };

/** What the orchestrator itself does with an issue of a tracker that is a place of its own. */
export interface Desk {
  /** The issue as it is at this moment, and not as it was read a while ago; null when it is gone. */
  readNow(id: string): Promise<Issue | null>;
  /** Takes the issue for the holder, where everybody sees it. Key: the issue and the holder. */
  claim(issue: Issue, holder: Holder): Promise<ClaimVerdict>;
  /** Gives the holder's claim back, if it has one. */
  release(id: string, holder: Holder): Promise<void>;
  /** Puts the text where people see it, in place of what was there. Key: the issue and the given one. */
  tell(id: string, text: string, key: string): Promise<void>;
  /** Gives the issue another state. Key: the state. */
  move(id: string, state: string): Promise<void>;
}

/**
 * What the scheduler needs of an issue tracker (SPEC 11.1). Endpoint, credentials, paging, scope and
 * the mapping to `Issue` belong to the adapter, and so does a limit for how long an answer may take. Every
 * method throws a `TrackerError`, and gives all or nothing.
 */
export interface Tracker {
  /**
   * Issues in scope whose state is one of these, also those that are not dispatchable. A malformed
   * record is left out and reported. No states: no request.
   */
  fetchIssuesByStates(states: readonly string[]): Promise<IssueList>;
  /**
   * The issues with these ids, each at most once; those that are gone are left out. A malformed
   * record fails the call, with its id in `malformed`: leaving it out would mean that it is gone. No
   * ids: no request.
   */
  fetchIssuesByIds(ids: readonly string[]): Promise<Issue[]>;
  /** The issue with this identifier, in whatever state it is, or null. */
  findIssue(identifier: string): Promise<Issue | null>;
  /** What it remembers is old: the next reading asks again. Missing where it remembers nothing. */
  forget?(): void;
  /** Edits that belong into the commit that lands an issue, for trackers that live in the repository. */
  landingEdits?(entry: Pick<LandingEntry, 'issueId' | 'source'>, tree: TreeReader): Promise<FileEdit[]>;
  /** Edits that give an issue another state, for trackers that live in the repository. */
  stateEdits?: (issueId: string, state: string, tree: TreeReader) => Promise<FileEdit[]>;
  /** Missing where the tracker has no place for it. */
  readonly desk?: Desk;
  /**
   * What an agent may do in the tracker: with the tracker's credential, which the agent never sees, and within the
   * configured scope. `issueTools` has those that every tracker offers.
   */
  tools?(context: ToolContext): Tool[];
}
