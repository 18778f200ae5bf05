/**
 * What workflows need of the world. Ports belong to the caller: they are declared here and
 * implemented in `activities/`. Every activity is idempotent, takes one plain JSON object, and
 * returns expected outcomes as values; an exception means that infrastructure failed.
 */
import type { CheckResult, Evidence } from '../domain/evidence.js';
import type { Finding, Raised, Refutation, Risk } from '../domain/finding.js';
import type { Issue } from '../domain/issue.js';
import type { LandingCandidate, LandingEntry } from '../domain/landing.js';
import type { Candidate, Known, Poll } from '../domain/project.js';
import type { Feedback, Outcome, Question, TaskState, Workspace } from '../domain/task.js';
import type { TurnUsage } from '../domain/usage.js';

/** `config` is always the hash of a configuration in the host's store. */
interface Configured {
  config: string;
}

export type ClaimOutcome = { kind: 'claimed'; issue: Issue } | { kind: 'ineligible'; reason: string };

export interface TrackerPort {
  /** Looks at the tracker and the workflow file until something differs from what the project knows. */
  watch(input: Configured & { project: string }): Promise<Poll>;
  /** Looks once. */
  poll(input: Configured & { known: Known }): Promise<Poll>;
  /** The issue with this identifier, in whatever state it is. */
  find(input: Configured & { identifier: string }): Promise<Candidate | null>;
  /** Reads the issue again right before work begins (SPEC 11.1) and marks it as taken. Key: the issue id. */
  claim(input: Configured & { issueId: string; evenIfIneligible: boolean }): Promise<ClaimOutcome>;
  /** Tells the tracker how the task ended, and writes the ledger record. Key: workflow id and run id. */
  settle(input: Configured & { state: TaskState; outcome: Outcome }): Promise<void>;
}

export type PrepareOutcome =
  | { kind: 'ready'; workspace: Workspace; headSha: string | null; notes: string[] }
  /** This try failed; another one may succeed (a hook, SPEC 9.4). */
  | { kind: 'failed'; category: string; message: string }
  /** No try can succeed before a person acts (an illegal identifier, a base that does not exist). */
  | { kind: 'impossible'; category: string; message: string };

export type CheckpointOutcome =
  /** `files` are the first of those that differ from the last checkpoint. */
  | { kind: 'committed'; sha: string; files: string[]; risks: Risk[]; notes: string[] }
  /** The tree is the one of the last checkpoint; `sha` is that checkpoint, null when it is the base itself. */
  | { kind: 'unchanged'; sha: string | null; risks: Risk[]; notes: string[] }
  /** Committed on this host only, not pushed: `path:line rule` for each secret that was found. */
  | { kind: 'secrets'; places: string[] };

export type RebaseOutcome =
  | { kind: 'ready'; candidate: LandingCandidate }
  /** The base holds the work of this entry already. */
  | { kind: 'landed'; candidate: LandingCandidate }
  | { kind: 'conflict'; baseSha: string; files: string[] }
  | { kind: 'failed'; message: string };

export interface GitPort {
  /** Makes the workspace, or finds it again. Key: project and identifier. */
  prepare(
    input: Configured & { project: string; issue: Issue; headSha: string | null },
  ): Promise<PrepareOutcome>;
  /** Commits the workspace's tree to the task's ref and pushes it. Key: the tree. */
  checkpoint(input: {
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
  }): Promise<CheckpointOutcome>;
  /** Makes the commit that would be the base's new head; the same input and base give the same commit. */
  rebase(input: { entry: LandingEntry }): Promise<RebaseOutcome>;
  /** Moves the workspace to the trash and, with `refs`, removes the task's refs. Key: the workspace. */
  cleanUp(
    input: Configured & { project: string; identifier: string; workspace: Workspace; refs: boolean },
  ): Promise<void>;
}

/** What a turn is about. Texts stay on the host, in the run directory. */
export interface RunTurnInput extends Configured {
  project: string;
  identifier: string;
  workspace: Workspace;
  attempt: number | null;
  /** Counts from 1 over the task's whole life; with the workflow run it is the key of the turn. */
  turn: number;
  round: number;
  session: string | null;
  feedback: Feedback[];
}

/** What an agent says against findings; `problem` is why nothing of it could be taken. */
export interface Answers {
  refuted: Refutation[];
  problem: string | null;
}

export type TurnOutcome = { session: string | null; usage: TurnUsage } & (
  | { kind: 'completed'; summary: string; answers?: Answers | undefined }
  | { kind: 'failed'; category: string; message: string }
  | { kind: 'question'; question: Question }
  /** The model's quota is used up until then (RFC 3339). */
  | { kind: 'quota'; until: string; message: string }
);

export interface AgentPort {
  /** Runs the `before_run` hook, one turn of the agent, and `after_run`. Heartbeats. */
  runTurn(input: RunTurnInput): Promise<TurnOutcome>;
}

export interface VerifyPort {
  /**
   * Runs the checks on a clean checkout of `sha`. With `overlay`, protected paths come from
   * `baseSha`. Key: sha, baseSha and overlay; a finished manifest is returned as it is.
   */
  verify(
    input: Configured & { workspace: Workspace; sha: string; baseSha: string; overlay: boolean },
  ): Promise<Evidence>;
}

/** What a reviewer is to look at. Prompts and commands stay on the host; so does the diff. */
export interface ReviewInput extends Configured {
  project: string;
  identifier: string;
  workspace: Workspace;
  sha: string;
  baseSha: string;
  round: number;
  /** Its name in the configuration. */
  reviewer: string;
  /** What the checks say of the commit. */
  checks: CheckResult[];
  /** The findings of the task so far, with what became of them. */
  earlier: Finding[];
}

export type ReviewOutcome =
  | { kind: 'reviewed'; findings: Raised[] }
  /** No answer, or one that cannot be used, also at the second try. */
  | { kind: 'failed'; message: string };

export interface ReviewPort {
  /**
   * Lets one reviewer look at a commit, in a read-only copy of it, and checks what it says. Key: workflow run,
   * sha, round and reviewer.
   */
  review(input: ReviewInput): Promise<ReviewOutcome>;
}

export type MergeOutcome =
  | { kind: 'merged' }
  /** The base is no longer at `baseSha`. */
  | { kind: 'moved' }
  | { kind: 'blocked'; message: string };

export interface ForgePort {
  /**
   * Adds the entry to the train of its repository and base, starting it where needed. Returns the
   * train's workflow id. Key: the entry's key.
   */
  requestLanding(input: { entry: LandingEntry }): Promise<{ train: string }>;
  /** Compare-and-swap of the base from `baseSha` to `sha`. A repetition after success says `merged`. */
  merge(input: { entry: LandingEntry; candidate: LandingCandidate }): Promise<MergeOutcome>;
}

export type Ports = TrackerPort & GitPort & AgentPort & VerifyPort & ReviewPort & ForgePort;
