import type { RaisedBudget, TurnLimits } from './budget.js';
import type { TaskChange } from './change.js';
import type { ConfigRef } from './config-view.js';
import type { Decision } from './decision.js';
import type { Evidence } from './evidence.js';
import type { FailReason } from './failure.js';
import type { Finding, Review, Risk } from './finding.js';
import type { Leaving } from './hosts.js';
import type { Issue } from './issue.js';
import type { Feedback } from './feedback.js';
import type { Report } from './report.js';
import type { Origin, PhaseCheckpoint } from './rewind.js';
import type { TurnUsage, Usage } from './usage.js';
import { noUsage } from './usage.js';
import type { Waiting } from './waiting.js';
import type { Word } from './words.js';

/** The phases in which a task works, in their order. */
export const activePhases = ['claim', 'prepare', 'run', 'verify', 'review', 'land'] as const;
export type ActivePhase = (typeof activePhases)[number];

/** How a task can end. `failed` stays open for a while, so that a person can retry it. */
export type Outcome = 'done' | 'rejected' | 'cancelled' | 'failed';
export type Phase = ActivePhase | Outcome;

/** Where the task is in its state machine. */
export type Stage =
  | { phase: 'claim' }
  | { phase: 'prepare' }
  | { phase: 'run' }
  | { phase: 'verify' }
  | { phase: 'review' }
  | { phase: 'land' }
  | { phase: 'done' }
  | { phase: 'rejected'; by: string; note: string }
  | { phase: 'cancelled'; by: string; note: string }
  | { phase: 'failed'; reason: FailReason; message: string; from: ActivePhase };

/** A host that a task is to leave, until its next slot says where it goes on. */
export interface Leave {
  host: string;
  why: Leaving;
}

/** A task goes on at another host than the one of its workspace. */
export interface Move {
  from: string;
  why: Leaving;
  /** Where it goes on when its workspace is made again; null before that has begun. */
  back: ActivePhase | null;
}

/** A person has the workspace: nothing runs in it until they hand it back. */
export interface Taken {
  by: string;
  /** RFC 3339. */
  since: string;
  /** Set when they are done, until what they did is saved. */
  back: HandBack | null;
}

/** What a person says when they are done in the workspace. */
export interface HandBack {
  by: string;
  note: string;
  /** `Name <mail>` of the one whose commit it is. */
  author: string;
  /** `verify` where the work is finished, so that no turn of the agent is needed. */
  then: 'run' | 'verify';
}

/** A person's wish to go back to an earlier moment, until the files are put back. */
export interface Rewind {
  by: string;
  note: string;
  to: PhaseCheckpoint;
  /** Where the task was when its workspace was found gone, which is made anew for this; else null. */
  from: Stage | null;
}

/** The task's working directory and its git facts, all on one host. */
export interface Workspace {
  host: string;
  /** The agent's working directory. */
  path: string;
  /** Logs, evidence, diff, transcript and the host's own git directory. */
  runPath: string;
  /** The ref that holds the checkpoints, and the base commit they start from. */
  ref: string;
  baseSha: string;
  /** What agents and checks are kept from on this host, in words; missing in what an earlier version recorded. */
  containment?: string;
}

export interface Question {
  id: string;
  text: string;
  options: string[];
}

export interface QuestionAnswer {
  questionId: string;
  question: string;
  text: string;
  by: string;
}

/** A turn whose agent waits for a person: it goes on when it is asked for again with the answer. */
export interface OpenTurn {
  turn: number;
  answers: QuestionAnswer[];
  /** How many of the answers its agent has got. */
  given: number;
  /** How much of the feedback it was told when it began. */
  told: number;
  /** What it had spent when it asked. */
  usage: TurnUsage;
}

export interface TaskError {
  category: string;
  message: string;
  at: string;
}

export interface HistoryEntry {
  phase: Phase;
  at: string;
  note: string;
}

/** The right to run an agent now. */
export type SlotState = 'none' | 'asked' | 'held';

/** What failed attempts are counted from: zero, or the moment when a person retried the task. */
export interface CapsBaseline {
  attempts: number;
}

/** Everything a task knows; plain JSON, carried whole through continue-as-new. */
export interface TaskState {
  project: string;
  issue: Issue;
  /** Set by the first slot that is granted, renewed by each later one. */
  config: ConfigRef | null;
  /** A newer one of the project, until it is taken: by the next slot, or by a task that waits for its base. */
  newConfig: ConfigRef | null;
  /** The host that works on it: activities go to `<queue>@<host>`. */
  host: string | null;
  stage: Stage;
  waiting: Waiting | null;
  /** When the wait began, RFC 3339: asking again for the same thing goes on with the same wait. */
  waitBegan: { kind: Waiting['kind']; at: string } | null;
  slot: SlotState;
  /** What all tasks had left to spend when the slot was granted, until a turn begins with it. */
  left: TurnLimits | null;
  /** The kinds of agent whose quota was used up when the slot was granted. */
  usedUp: string[];
  pausedBy: string | null;
  /** Paused together with every other task, and to be resumed with them. */
  pausedWithAll: boolean;
  /** A person has taken it over. */
  taken: Taken | null;
  /** A person has it put back to an earlier moment. */
  rewind: Rewind | null;
  leave: Leave | null;
  move: Move | null;
  /** What it can be put back to, oldest first. */
  checkpoints: PhaseCheckpoint[];
  /** The task that it was forked from. */
  origin: Origin | null;
  /** Null on the first run, then 1 and up (SPEC 4.1.5). */
  attempt: number | null;
  /** Turns that the agent has completed in its present run, where nothing gates them (SPEC 4.1.6). */
  turnCount: number;
  /** Counts from 1; each time the work goes back to the agent starts a new one. */
  round: number;
  /** How often it went back by itself since a person last steered it. */
  returns: number;
  /** The same for returns with what reviewers found, which have a limit of their own. */
  findingReturns: number;
  capsFrom: CapsBaseline;
  /** What a person lets it spend beyond the configuration. */
  raised: RaisedBudget;
  workspace: Workspace | null;
  session: string | null;
  /** The kind of agent that played the newest turn; null before the first, and in what an earlier version recorded. */
  player: string | null;
  /** What the agent said at the end of its newest turn. */
  summary: string | null;
  /** The newest one that its agents gave. */
  report: Report | null;
  /** The turn that is not over yet, because its agent asked; null outside of one. */
  openTurn: OpenTurn | null;
  headSha: string | null;
  evidence: Evidence | null;
  risks: Risk[];
  findings: Finding[];
  /** Who has looked at the present commit in the present round. */
  reviews: Review[];
  /** The last one; `decisions` has the newest fifty. */
  decision: Decision | null;
  decisions: Decision[];
  feedback: Feedback[];
  /** The newest of what people have said and a turn was told. */
  words: Word[];
  usage: Usage;
  lastError: TaskError | null;
  /** Where its work is shown; null before that, and where it lands without. */
  change: TaskChange | null;
  landedSha: string | null;
  history: HistoryEntry[];
  /** Ids of the messages that took effect, newest last. */
  seenMessages: string[];
}

const historyLimit = 100;
const seenLimit = 200;

export function newTask(project: string, issue: Issue): TaskState {
  return {
    project,
    issue,
    config: null,
    newConfig: null,
    host: null,
    stage: { phase: 'claim' },
    waiting: null,
    waitBegan: null,
    slot: 'none',
    left: null,
    usedUp: [],
    pausedBy: null,
    pausedWithAll: false,
    taken: null,
    rewind: null,
    leave: null,
    move: null,
    checkpoints: [],
    origin: null,
    attempt: null,
    turnCount: 0,
    round: 1,
    returns: 0,
    findingReturns: 0,
    capsFrom: { attempts: 0 },
    raised: {},
    workspace: null,
    session: null,
    player: null,
    summary: null,
    report: null,
    openTurn: null,
    headSha: null,
    evidence: null,
    risks: [],
    findings: [],
    reviews: [],
    decision: null,
    decisions: [],
    feedback: [],
    words: [],
    usage: noUsage,
    lastError: null,
    change: null,
    landedSha: null,
    history: [],
    seenMessages: [],
  };
}

/** A state that an older version may have written: what it did not know yet is as in a new task. */
export function readState(state: TaskState): TaskState {
  const read = { ...newTask(state.project, state.issue), ...state };
  return read.decision !== null && read.decisions.length === 0
    ? { ...read, decisions: [read.decision] }
    : read;
}

export function isOutcome(phase: Phase): phase is Outcome {
  return phase === 'done' || phase === 'rejected' || phase === 'cancelled' || phase === 'failed';
}

/** Appends to the history, which keeps the newest hundred entries. */
export function remember(state: TaskState, phase: Phase, at: string, note: string): void {
  state.history.push({ phase, at, note });
  state.history.splice(0, state.history.length - historyLimit);
}

/** Records a message id; false when it took effect before. */
export function markSeen(seen: string[], id: string): boolean {
  if (seen.includes(id)) return false;
  seen.push(id);
  seen.splice(0, seen.length - seenLimit);
  return true;
}

/** The fixed workflow id of a task: at most one run of it is open. */
export function taskWorkflowId(project: string, identifier: string): string {
  return `task/${project}/${identifier}`;
}
