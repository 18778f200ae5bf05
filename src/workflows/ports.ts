/**
 * What workflows need of the world. Ports belong to the caller: they are declared here and
 * implemented in `activities/`. Every activity is idempotent, takes one plain JSON object, and
 * returns expected outcomes as values; an exception means that infrastructure failed.
 */
import type { TurnLimits } from '../domain/budget.js';
import type { Evidence } from '../domain/evidence.js';
import type { FailureType, TurnFault } from '../domain/failure.js';
import type { Refutation, Risk } from '../domain/finding.js';
import type { Issue } from '../domain/issue.js';
import type { Conflict, LandingCandidate, LandingEntry, TakenIn } from '../domain/landing.js';
import type { Candidate, Known, Poll } from '../domain/project.js';
import type { Report } from '../domain/report.js';
import type { Feedback } from '../domain/feedback.js';
import type { Outcome, Question, QuestionAnswer, TaskState, Workspace } from '../domain/task.js';
import type { TurnUsage } from '../domain/usage.js';
import type { AdoptOutcome, ChangePort } from './change-port.js';
import type { ReviewPort } from './review-port.js';

/** `config` is always the hash of a configuration in the host's store. */
export interface Configured {
  config: string;
}

export type ClaimOutcome =
  | { kind: 'claimed'; issue: Issue }
  | { kind: 'ineligible'; reason: string; isTerminal?: true }
  /** The tracker cannot be read now, and wants to be left alone so long. */
  | { kind: 'unreadable'; category: FailureType; message: string; retryAfterMs: number | null };

export interface TrackerPort {
  /** Looks at the tracker and the workflow file until something differs from what the project knows. */
  watch(input: Configured & { project: string }): Promise<Poll>;
  /** Looks once. */
  poll(input: Configured & { known: Known }): Promise<Poll>;
  /** Clears away the workspaces of issues that are over (SPEC 8.6). Key: the workspace. */
  sweep(input: Configured): Promise<{ swept: string[] }>;
  /** The issue with this identifier, in whatever state it is. */
  find(input: Configured & { identifier: string }): Promise<Candidate | null>;
  /** Reads the issue again right before work begins (SPEC 11.1) and marks it as taken. Key: the issue id. */
  claim(input: Configured & { issueId: string; evenIfIneligible: boolean }): Promise<ClaimOutcome>;
  /**
   * Gives an issue that is still in an active state another one, because its task is over.
   * Key: the issue id and the state.
   */
  transition(
    input: Configured & { project: string; issueId: string; identifier: string; state: string },
  ): Promise<TransitionOutcome>;
  /** Puts the text on the issue, in place of what was told of it before. Key: the issue and the project. */
  tell(input: Configured & { issueId: string; text: string }): Promise<void>;
  /** Writes the ledger record of how the task ended, and gives the issue back where it is marked as taken. Key: workflow id and run id. */
  settle(input: Configured & { state: TaskState; outcome: Outcome }): Promise<void>;
}

export type TransitionOutcome =
  | { kind: 'moved'; from: string }
  /** It is gone, or in no active state: somebody else has moved it. */
  | { kind: 'left' }
  /** The tracker does not take it now; in words with what is in the way. */
  | { kind: 'blocked'; message: string };

export type PrepareOutcome =
  | { kind: 'ready'; workspace: Workspace; headSha: string | null; notes: string[] }
  /** This try failed; another one may succeed (a hook, SPEC 9.4). */
  | { kind: 'failed'; category: FailureType; message: string }
  /** No try can succeed before a person acts (an illegal identifier, a base that does not exist). */
  | { kind: 'impossible'; category: FailureType; message: string };

/** `isEmpty`: the base has all of it. */
interface Saved {
  risks: Risk[];
  notes: string[];
  isEmpty?: true;
}

/** `files` are the first of those that differ from the last checkpoint; `isBaseOnly`: by a newer base alone. */
export type CheckpointOutcome =
  | ({ kind: 'committed'; sha: string; files: string[]; isBaseOnly?: true } & Saved)
  /** The tree is the one of the last checkpoint; `sha` is that checkpoint, null when it is the base itself. */
  | ({ kind: 'unchanged'; sha: string | null } & Saved)
  /** Committed on this host only, not pushed: `path:line rule` for each secret that was found. */
  | { kind: 'secrets'; places: string[] };

export type RestoreOutcome =
  /**
   * The files are those of the commit on top of the base that the work has taken in; `conflicts` are those
   * in which the two do not fit, with marks.
   */
  | { kind: 'restored'; checkpoint: CheckpointOutcome; baseSha: string; conflicts: string[] }
  /** The commit is not there any more. */
  | { kind: 'lost'; message: string };

export type RebaseOutcome =
  | { kind: 'ready'; candidate: LandingCandidate }
  /** The base holds the work of this entry already. */
  | { kind: 'landed'; candidate: LandingCandidate }
  /** The base at `baseSha` has all of it, by whoever. */
  | { kind: 'empty'; baseSha: string }
  | ({ kind: 'conflict' } & Conflict)
  /** Only a person can mend it: there is no such repository or branch. */
  | { kind: 'blocked'; message: string }
  | { kind: 'failed'; message: string };

/** The top of a stack of candidates: what the next one is put on, in place of the base itself. */
export interface StackTop extends LandingCandidate {
  /** Whose candidate it is. */
  project: string;
  identifier: string;
}

export interface CheckpointInput {
  config: string;
  project: string;
  issueId: string;
  identifier: string;
  scope: string[];
  workspace: Workspace;
  session: string | null;
  message: string;
  /** Whose work it is, as `Name <mail>`, where it is a person's; else the author that is configured. */
  author?: string;
  /** The turn whose agent waits for an answer: it is left alone. */
  waitingTurn?: number;
}

export interface GitPort {
  /**
   * Makes the workspace, or finds it again; a new one begins `from` a checkpoint of another task where that is
   * given. Key: project and identifier.
   */
  prepare(
    input: Configured & {
      project: string;
      issue: Issue;
      headSha: string | null;
      from?: { identifier: string; sha: string };
    },
  ): Promise<PrepareOutcome>;
  /** Commits the workspace's tree to the task's ref and pushes it. Key: the tree. */
  checkpoint(input: CheckpointInput): Promise<CheckpointOutcome>;
  /**
   * Puts the workspace's files to the tree of an earlier checkpoint (null: the base), and makes that the next
   * checkpoint: the ref only grows. Key: the commit.
   */
  restore(input: CheckpointInput & { sha: string | null }): Promise<RestoreOutcome>;
  /**
   * Makes the commit that would be the base's new head, or with `onto` the one that would follow that
   * candidate; the same input and base give the same commit. A candidate on a stack names as its base the
   * one below the whole stack. What does not fit on a stack touches no workspace.
   */
  rebase(input: { entry: LandingEntry; onto?: StackTop }): Promise<RebaseOutcome>;
  /**
   * Takes what a person has pushed to the task's branch as the work: its files come into the workspace, and the next
   * checkpoint follows from both; `from` is what was shown before. Key: the commit.
   */
  adopt(input: CheckpointInput & { sha: string; branch: string; from: string }): Promise<AdoptOutcome>;
  /**
   * Puts a base that an entry was rebased onto into the files of its workspace, as its agent would merge it.
   * Key: the entry and the base.
   */
  takeInBase(input: { entry: LandingEntry; baseSha: string }): Promise<TakenIn>;
  /** Moves the workspace to the trash and, with `refs`, removes the task's refs. Key: the workspace. */
  cleanUp(
    input: Configured & { project: string; identifier: string; workspace: Workspace; refs: boolean },
  ): Promise<void>;
}

/** What a turn is about. Texts stay on the host, in the run directory. */
export interface RunTurnInput extends Configured {
  /** The kind of agent, where it is not the one of the configuration. */
  agent?: string;
  project: string;
  identifier: string;
  workspace: Workspace;
  attempt: number | null;
  /** Counts from 1 over the task's whole life; with the workflow run it is the key of the turn. */
  turn: number;
  round: number;
  session: string | null;
  feedback: Feedback[];
  /** What people have answered to questions of this very turn. */
  answers?: QuestionAnswer[];
  /** What people have said since this turn began, in their order. */
  remarks?: TurnRemark[];
  /** The newest report of an earlier turn. */
  report?: Report;
  /** What the task, and all tasks together, may still spend; with what this turn had spent when it asked a person. */
  limits?: TurnLimits;
}

/** What a person says to a turn that runs; the id is the message's. */
export interface TurnRemark {
  id: string;
  by: string;
  note: string;
}

export interface SteerInput {
  workspace: Workspace;
  turn: number;
  remark: TurnRemark;
  /** RFC 3339; the order of remarks. */
  at: string;
}

/** Names a turn that was begun. */
export type EndTurnInput = Pick<RunTurnInput, 'config' | 'project' | 'identifier' | 'workspace' | 'turn'>;

/** What an agent says against findings; `problem` is why nothing of it could be taken. */
export interface Answers {
  refuted: Refutation[];
  problem: string | null;
}

export type TurnOutcome = {
  session: string | null;
  usage: TurnUsage;
  /** An agent that played this turn before was lost in the middle, so that the turn was played again. */
  wasCutOff?: true;
  /** Ids of the remarks that the agent has heard in this turn. */
  heard?: string[];
  /** The newest one that the agent gave in this turn. */
  report?: Report;
} & (
  | { kind: 'completed'; summary: string; answers?: Answers | undefined }
  | { kind: 'failed'; category: TurnFault; message: string }
  /** It goes on when the same turn is asked for with the answer. */
  | { kind: 'question'; question: Question }
  /** Ended by the workflow's wish. */
  | { kind: 'stopped' }
  /** Ended because it has spent more than it may. */
  | { kind: 'limit'; message: string }
  /** The model's quota is used up until then (RFC 3339). */
  | { kind: 'quota'; until: string; message: string }
);

export interface AgentPort {
  /** Runs the `before_run` hook, one turn of the agent, and `after_run`. Heartbeats. */
  runTurn(input: RunTurnInput): Promise<TurnOutcome>;
  /**
   * Ends what runs for a turn with all it started, and runs `after_run`. Key: the turn; nothing happens where nothing
   * has begun, or all is over.
   */
  endTurn(input: EndTurnInput): Promise<void>;
  /**
   * Offers a remark to the turn that runs, and waits for a while until its agent has heard it. One that is heard later
   * is in the outcome of the turn. Key: the turn and the id of the remark. Heartbeats.
   */
  steer(input: SteerInput): Promise<{ heard: boolean }>;
}

export interface VerifyPort {
  /**
   * Runs the checks on a clean checkout of `sha`. With `overlay`, protected paths come from
   * `baseSha`. Key: sha, baseSha and overlay; a finished manifest is returned as it is.
   */
  verify(
    input: Configured & {
      workspace: Workspace;
      sha: string;
      baseSha: string;
      overlay: boolean;
      /** Whose landing it is for; missing where a task has its own work verified. */
      entry?: Pick<LandingEntry, 'project' | 'identifier' | 'issueId'>;
    },
  ): Promise<Evidence>;
}

export type MergeOutcome =
  /** `remainder` is what a person has to see to in a checkout of the base that could not follow. */
  | { kind: 'merged'; remainder?: string }
  /** The base is no longer at `baseSha`. */
  | { kind: 'moved' }
  | { kind: 'blocked'; message: string };

export interface ForgePort extends ChangePort {
  /**
   * Adds the entry to the train of its repository and base, starting it where needed. Returns the
   * train's workflow id. Key: the entry's key.
   */
  requestLanding(input: { entry: LandingEntry }): Promise<{ train: string }>;
  /** Compare-and-swap of the base from `baseSha` to `sha`. A repetition after success says `merged`. */
  merge(input: { entry: LandingEntry; candidate: LandingCandidate }): Promise<MergeOutcome>;
}

export interface SchedulePort {
  /** The issue that the prompt of a schedule stands for, or null when there is no such schedule. `at`: RFC 3339. */
  scheduledIssue(input: Configured & { schedule: string; at: string }): Promise<Issue | null>;
}

/** What a host has of the project's configuration: the hash of its own, or why it has none. */
export type HostCheck = { config: string; problem: null } | { config: null; problem: string };

export interface HostPort {
  /** Reads the host's own workflow file, and stores it. A host that is away takes this up when it is back. */
  meet(): Promise<HostCheck>;
  /** Goes on for as long as the host works and its workflow file stays as it is known; returns what it is then. */
  attend(input: { known: HostCheck }): Promise<HostCheck>;
}

export type Ports = HostPort &
  SchedulePort &
  TrackerPort &
  GitPort &
  AgentPort &
  VerifyPort &
  ReviewPort &
  ForgePort;
