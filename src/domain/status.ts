import { describeSpent } from './budget.js';
import type { Hold } from './hold.js';
import type { Decision } from './decision.js';
import type { CheckResult } from './evidence.js';
import type { Finding, Review, Risk } from './finding.js';
import type { TurnProgress } from './progress.js';
import type { Report } from './report.js';
import type { ShownError } from './remedy.js';
import { withRemedy } from './remedy.js';
import { playerOf } from './player.js';
import { currentReviews } from './review.js';
import type { PhaseCheckpoint } from './rewind.js';
import type { HistoryEntry, Phase, Question, TaskState } from './task.js';
import type { Waiting } from './waiting.js';
import { isOutcome } from './task.js';
import type { Usage } from './usage.js';

/** What a person can do next, with the command that does it. */
export interface NextAction {
  action: string;
  command: string;
}

/** The picture of a task that `continuo status --json` prints. Documented and stable: fields are only added. */
export interface TaskStatus {
  /** The identifier, as commands take it. */
  task: string;
  project: string;
  title: string;
  /** Globs that bound what may change; empty where nothing does. */
  scope: string[];
  /** What must hold when the work is done. */
  acceptance: string[];
  phase: Phase;
  /** What it waits for, as the end of a sentence that begins with "waits for", or null while it works. */
  waitingFor: string | null;
  waiting: Waiting | null;
  /** RFC 3339: when it began to wait, or null while it works. */
  waitsSince: string | null;
  attempt: number | null;
  round: number;
  headSha: string | null;
  baseSha: string | null;
  /** The ref that holds the work. */
  branch: string | null;
  checks: CheckResult[];
  risks: Risk[];
  findings: Finding[];
  /** Which reviewers have looked at the head in this round. */
  reviews: Review[];
  decision: Decision | null;
  /** Every decision, oldest first; the newest fifty. */
  decisions: Decision[];
  question: Question | null;
  /** What people have said to the agent and it is not known to have heard, oldest first. */
  remarks: { by: string; note: string }[];
  /** The kind of agent that plays it, or will; null before that is known. */
  agent: string | null;
  /** Who has paused it; what is running finishes first. */
  pausedBy: string | null;
  /** What its agent said last of what is done and what is left; it decides nothing. */
  report: Report | null;
  /** Who has the workspace for themselves, or is about to get it. */
  taken: { by: string; since: string } | null;
  /** Who has it put back to an earlier moment, and to which, until that is done. */
  rewind: { by: string; phase: PhaseCheckpoint['phase']; round: number } | null;
  /** What it can be put back to, oldest first. */
  checkpoints: PhaseCheckpoint[];
  usage: Usage;
  /** The turn that runs now; null while none does, and in what the workflow itself says: heartbeats carry it. */
  turn: TurnProgress | null;
  workspace: { host: string; path: string; runPath: string } | null;
  /** What agents and checks are kept from, in words; null where it is not known. */
  containment: string | null;
  /** The pull request; null where there is none. */
  change: { number: number; url: string } | null;
  landedSha: string | null;
  lastError: ShownError | null;
  history: HistoryEntry[];
  next: NextAction[];
}

export function statusOf(state: TaskState): TaskStatus {
  return {
    task: state.issue.identifier,
    project: state.project,
    title: state.issue.title,
    scope: state.issue.scope,
    acceptance: state.issue.acceptance,
    phase: state.stage.phase,
    waitingFor: waitingSentence(state),
    waiting: state.waiting,
    waitsSince: state.waiting && (state.waitBegan?.at ?? null),
    attempt: state.attempt,
    round: state.round,
    headSha: state.headSha,
    baseSha: state.workspace?.baseSha ?? null,
    branch: state.workspace?.ref ?? null,
    checks: state.evidence?.checks ?? [],
    risks: state.risks,
    findings: state.findings,
    reviews: currentReviews(state),
    decision: state.decision,
    decisions: state.decisions,
    question: state.waiting?.kind === 'question' ? state.waiting.question : null,
    remarks: state.feedback.flatMap((one) => (one.kind === 'steer' ? [{ by: one.by, note: one.note }] : [])),
    agent: playerOf(state),
    pausedBy: state.pausedBy,
    report: state.report,
    taken: state.taken && { by: state.taken.by, since: state.taken.since },
    rewind: state.rewind && {
      by: state.rewind.by,
      phase: state.rewind.to.phase,
      round: state.rewind.to.round,
    },
    checkpoints: state.checkpoints,
    usage: state.usage,
    turn: null,
    workspace: state.workspace && {
      host: state.workspace.host,
      path: state.workspace.path,
      runPath: state.workspace.runPath,
    },
    containment: state.workspace?.containment ?? null,
    change: state.change && { number: state.change.number, url: state.change.url },
    landedSha: state.landedSha,
    lastError: state.lastError && withRemedy(state.lastError),
    history: state.history,
    next: nextActions(state),
  };
}

/** What the task waits for, as the end of a sentence that begins with "waits for"; null while it works. */
export function waitingSentence(state: TaskState): string | null {
  const { waiting } = state;
  if (waiting === null) return null;
  switch (waiting.kind) {
    case 'slot':
      return waiting.held === undefined
        ? 'a free slot: all are taken, or nothing is up to give one'
        : describeHold(waiting.held);
    case 'backoff':
      return `the next try at ${waiting.until}, after: ${waiting.error}`;
    case 'question':
      return `somebody to answer its agent: ${waiting.question.text}`;
    case 'decision':
      return `a person to decide about ${waiting.sha.slice(0, 12)}: ${waiting.reasons.join('; ')}`;
    case 'landing':
      return 'its turn to land';
    case 'change':
      return `#${waiting.number}: ${waiting.reasons.join('; ')}`;
    case 'base':
      return `the base, tried again at ${waiting.until}: ${waiting.message}`;
    case 'budget':
      return `somebody to raise its budget: ${describeSpent(waiting)}`;
    case 'paused':
      return `somebody to resume it: ${waiting.by} has paused it`;
    case 'taken':
      return `${waiting.by} to hand it back${waiting.problem === null ? '' : `, which failed: ${waiting.problem}`}`;
    case 'retry':
      return `somebody to retry it before it is closed at ${waiting.until}${reasonOf(state)}`;
    default:
      return waiting satisfies never;
  }
}

function describeHold({ until, message, spent }: Hold): string {
  const when = until === null ? '' : ` until ${until}`;
  if (spent === undefined) return `the quota of its agent${when}: ${message}`;
  const budget = `the budget of the ${spent.scope}`;
  return until === null ? `somebody to raise ${budget}: ${message}` : `${budget}${when}: ${message}`;
}

function reasonOf({ stage }: TaskState): string {
  return stage.phase === 'failed' ? `, after: ${stage.message}` : '';
}

/** Quotes a word for a POSIX shell, only where it is needed. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9._/@:=+-]+$/.test(word) && !word.startsWith('-')
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a person can do now, the likeliest first. */
export function nextActions(state: TaskState): NextAction[] {
  const task = shellWord(state.issue.identifier);
  const act = (action: string, command: string): NextAction => ({ action, command: `continuo ${command}` });
  const cancel = act('Stop it and keep what was done', `cancel ${task}`);
  const takeOver = state.workspace === null ? [] : [act('Work on it yourself', `shell ${task}`)];
  const goBack = state.checkpoints.length === 0 ? [] : [act('Put the work back', `rewind ${task} --to run`)];

  const { stage, waiting } = state;
  if (stage.phase === 'failed') {
    return [
      act('Try again', `retry ${task}`),
      act('See what happened', `logs ${task}`),
      ...takeOver,
      ...goBack,
      cancel,
    ];
  }
  if (isOutcome(stage.phase)) return [];
  const takeBack =
    stage.phase === 'land'
      ? [act('Take the change back', `request-changes ${task} -m '<what to change>'`)]
      : [];

  const spent = waiting?.kind === 'slot' ? waiting.held?.spent : undefined;
  const raiseForAll = spent
    ? [act('Let all tasks spend more', `budget --${spent.scope} --${spent.of} ${2 * spent.limit}`)]
    : [];

  switch (waiting?.kind) {
    case 'decision':
      return [
        act('See the change', `diff ${task}`),
        ...(state.findings.length === 0 ? [] : [act('See what reviewers found', `findings ${task}`)]),
        act('Let it land', `approve ${task}`),
        act('Send it back', `request-changes ${task} -m '<what to change>'`),
        act('Refuse it', `reject ${task} -m '<why>'`),
        ...takeOver,
      ];
    case 'question':
      return [
        act('Answer the agent', `answer ${task} '${answerHint(waiting.question)}'`),
        ...(state.pausedBy === null ? [] : [act('Go on after that', `resume ${task}`)]),
        ...takeOver,
        cancel,
      ];
    case 'taken':
      return [
        act('Hand it back to the agent', `hand-back ${task} -m '<what you did>'`),
        act('Hand it back as finished', `hand-back ${task} --verify`),
        act('Open it again', `shell ${task}`),
        cancel,
      ];
    case 'paused':
      return [act('Go on', `resume ${task}`), ...takeBack, cancel];
    case 'budget': {
      const more = `budget ${task} --${waiting.of} ${2 * waiting.limit}`;
      return [
        act('Let it spend more', more),
        act('Look at the workflow file again', `retry ${task}`),
        ...takeOver,
        cancel,
      ];
    }
    case 'change':
    case 'base':
    case 'backoff':
      return [
        act(waiting.kind === 'change' ? 'Look at it again now' : 'Try again now', `retry ${task}`),
        ...takeBack,
        ...takeOver,
        cancel,
      ];
    case 'slot':
    case 'landing':
    case 'retry':
    case undefined:
      return [
        ...raiseForAll,
        act('Follow it', `logs ${task} -f`),
        act('Let it finish its turn, then wait', `pause ${task}`),
        ...(waiting?.kind === 'landing' ? takeBack : takeOver),
        cancel,
      ];
    default:
      return waiting satisfies never;
  }
}

function answerHint({ options }: Question): string {
  return options.length === 0 ? '<your answer>' : '<number or text>';
}
