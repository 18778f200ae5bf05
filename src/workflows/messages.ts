/**
 * Every message that people, tasks and the scheduler send. Human decisions are Updates with a
 * synchronous validator; the same payload is taken as a Signal of the same name, where one that
 * does not apply is recorded and ignored. `id` makes a repetition harmless.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BudgetKind } from '../domain/budget.js';
import type { ConfigRef } from '../domain/config-view.js';
import type { ChangeSeen } from '../domain/change.js';
import type { Hold } from '../domain/hold.js';
import type { Leaving } from '../domain/hosts.js';
import type { Issue, IssueSummary } from '../domain/issue.js';
import type { LandingEntry, LandingResult } from '../domain/landing.js';
import type { LandingQueue } from '../domain/landing-queue.js';
import type { Grant, Known, Problem, ProjectState } from '../domain/project.js';
import type { Origin } from '../domain/rewind.js';
import type { ScheduledAnswer } from '../domain/schedule.js';
import type { Outcome, SlotState, TaskState } from '../domain/task.js';
import type { TaskStatus } from '../domain/status.js';
import type { Usage } from '../domain/usage.js';

/** What every message from a person carries. */
export interface Message {
  id: string;
  by: string;
}

export interface DecideMessage extends Message {
  verdict: 'approve' | 'request_changes' | 'reject';
  sha: string;
  round: number;
  note: string;
}
export interface AnswerMessage extends Message {
  questionId: string;
  text: string;
}
export interface NoteMessage extends Message {
  note: string;
  /** Passed on by the project to each of its tasks: a task that was paused by itself is not resumed with all. */
  all?: boolean;
  /** A pause that does not let what is running finish. */
  now?: boolean;
}

export interface HandBackMessage extends NoteMessage {
  /** Whose commit it is, as git names people; `by` where it is empty. */
  name: string;
  mail: string;
  then: 'run' | 'verify';
}

export interface RewindMessage extends NoteMessage {
  /** `run`, `verify` or `review`. */
  to: string;
  /** 0 for the newest round that has reached the phase. */
  round: number;
}

/** What a task may spend in all; 0 leaves a limit as it is. */
export interface RaiseBudgetMessage extends Message, Record<BudgetKind, number> {}

/** The same for all tasks of a project together: `day` or `project`. */
export interface RaiseSharedMessage extends RaiseBudgetMessage {
  scope: string;
}

/** What became of a message, in one sentence for the person who sent it. */
export interface Receipt {
  message: string;
}

export const decideUpdate = defineUpdate<Receipt, [DecideMessage]>('decide');
export const answerUpdate = defineUpdate<Receipt, [AnswerMessage]>('answer');
export const steerUpdate = defineUpdate<Receipt, [NoteMessage]>('steer');
export const pauseUpdate = defineUpdate<Receipt, [NoteMessage]>('pause');
export const resumeUpdate = defineUpdate<Receipt, [NoteMessage]>('resume');
export const cancelUpdate = defineUpdate<Receipt, [NoteMessage]>('cancel');
export const retryUpdate = defineUpdate<Receipt, [NoteMessage]>('retry');
export const takeOverUpdate = defineUpdate<Receipt, [NoteMessage]>('takeOver');
export const handBackUpdate = defineUpdate<Receipt, [HandBackMessage]>('handBack');
export const raiseBudgetUpdate = defineUpdate<Receipt, [RaiseBudgetMessage]>('raiseBudget');
/** To a project; it has the name of the message to a task. */
export const raiseSharedUpdate = defineUpdate<Receipt, [RaiseSharedMessage]>('raiseBudget');
export const rewindUpdate = defineUpdate<Receipt, [RewindMessage]>('rewind');

export const decideSignal = defineSignal<[DecideMessage]>('decide');
export const answerSignal = defineSignal<[AnswerMessage]>('answer');
export const steerSignal = defineSignal<[NoteMessage]>('steer');
export const pauseSignal = defineSignal<[NoteMessage]>('pause');
export const resumeSignal = defineSignal<[NoteMessage]>('resume');
export const cancelSignal = defineSignal<[NoteMessage]>('cancel');
export const retrySignal = defineSignal<[NoteMessage]>('retry');
export const takeOverSignal = defineSignal<[NoteMessage]>('takeOver');
export const handBackSignal = defineSignal<[HandBackMessage]>('handBack');
export const raiseBudgetSignal = defineSignal<[RaiseBudgetMessage]>('raiseBudget');
export const raiseSharedSignal = defineSignal<[RaiseSharedMessage]>('raiseBudget');
export const rewindSignal = defineSignal<[RewindMessage]>('rewind');

/** The documented, stable picture of a task (`continuo status --json`). */
export const statusQuery = defineQuery<TaskStatus>('status');
/** The task's whole state, for people who debug it. */
export const stateQuery = defineQuery<TaskState>('state');

/** Project to task. */
export const slotGrantedSignal = defineSignal<[Grant]>('slotGranted');
/** Project to task: why it does not get the slot that it asked for, and until when. */
export const slotHeldSignal = defineSignal<[Hold]>('slotHeld');
/** Project to task: the tracker says that the issue is no longer to be worked on, or changed. */
export type IssueObservation =
  | { kind: 'updated'; issue: IssueSummary }
  | { kind: 'terminal'; state: string }
  | { kind: 'ineligible'; state: string }
  | { kind: 'missing' };
export const issueObservedSignal = defineSignal<[IssueObservation]>('issueObserved');
/** Landing to task. */
export const landingResultSignal = defineSignal<[{ key: string; result: LandingResult }]>('landingResult');

/** Forge to task: its change as it is now. */
export const changeSeenSignal = defineSignal<[ChangeSeen]>('changeSeen');
/** A person or a webhook to project: look at these changes now, at all where none is named. */
export const refreshChangesSignal = defineSignal<[{ numbers: number[] | null }]>('refreshChanges');
/** A change that a live task has open. */
export interface OpenChange {
  taskWorkflowId: string;
  number: number;
}
/** Task to project: its work is shown there, and somebody has to look after it. */
export const changeOpenedSignal = defineSignal<[{ issueId: string; number: number }]>('changeOpened');
export const changesQuery = defineQuery<OpenChange[]>('changes');

/** Task to project: it wants a slot, or gives it back. Always the newest truth about the task. */
export interface TaskReport {
  issue: IssueSummary;
  slot: SlotState;
  /** Its agent has no quota left, and neither have all that share the credential. */
  quota?: Hold & { credential: string };
  /** A person does not want it to wait for the quota. */
  evenIfHeld?: true;
  /** What it has spent over its whole life; missing in what an earlier version sent. */
  spent?: Usage;
  /** The number of its change, where it has one. */
  change?: number;
  /** Where its workspace is; null before it has one, missing in what an earlier version sent. */
  host?: string | null;
}

/** Task to project: it is over. */
export interface TaskSettled extends Pick<TaskReport, 'spent'> {
  issueId: string;
  source: Issue['source'];
  outcome: Outcome;
}
/** Project to task: the workflow file has changed. */
export const configuredSignal = defineSignal<[{ config: ConfigRef }]>('configured');
export const taskReportSignal = defineSignal<[TaskReport]>('taskReport');
export const taskSettledSignal = defineSignal<[TaskSettled]>('taskSettled');

/** Worker to project: this host owns the workflow file, and this is its configuration. */
export const configureSignal = defineSignal<[{ config: ConfigRef; host: string }]>('configure');
/** `scheduled` to project: it is time; `from` is who gets the answer. */
export const scheduleDueSignal =
  defineSignal<[{ schedule: string; at: string; from: string }]>('scheduleDue');
/** Project to `scheduled`. */
export const scheduledAnswerSignal = defineSignal<[ScheduledAnswer]>('scheduledAnswer');
/** Worker to project: this host works for it, with this configuration. */
export const hostJoinedSignal = defineSignal<[{ host: string; config: string }]>('hostJoined');
export interface DrainMessage extends Message {
  host: string;
  /** The host may be used again. */
  undo: boolean;
}
/** No more work is to go to a host, and its tasks are to leave it. */
export const drainUpdate = defineUpdate<Receipt, [DrainMessage]>('drain');
export const drainSignal = defineSignal<[DrainMessage]>('drain');
/** Project to task: a host is to be left. What needs no workspace is done at `to` from now on. */
export const leaveHostSignal = defineSignal<[{ host: string; why: Leaving; to: string }]>('leaveHost');
/** Look at the tracker now. */
export const refreshSignal = defineSignal('refresh');
export interface StartIssueMessage extends Message {
  identifier: string;
}
/** Starts a task for a tracker issue as soon as a slot is free, also when it was settled. */
export const startIssueUpdate = defineUpdate<Receipt, [StartIssueMessage]>('startIssue');
export const startIssueSignal = defineSignal<[StartIssueMessage]>('startIssue');
export const knownQuery = defineQuery<Known>('known');
export const projectQuery = defineQuery<ProjectState>('project');
/** What a person should mend. */
export const problemsQuery = defineQuery<Problem[]>('problems');

export const enqueueSignal = defineSignal<[LandingEntry]>('enqueue');
/** Task to landing: an entry that is not at work yet is to be left out. */
/** `taskWorkflowId` is who gets the answer; missing in what an earlier version sent. */
export const withdrawSignal = defineSignal<[{ key: string; taskWorkflowId?: string }]>('withdraw');
/** Task to landing: what is asked of this host will not be answered, and its entries are to be left out. */
export const hostDownSignal = defineSignal<[{ host: string }]>('hostDown');
/** A person to landing: about the entry of a task; of any project where `project` is empty. */
export interface QueueMessage extends Message {
  project: string;
  task: string;
}
/** The entry is to land before all others that wait. */
export const prioritizeUpdate = defineUpdate<Receipt, [QueueMessage]>('prioritize');
export const prioritizeSignal = defineSignal<[QueueMessage]>('prioritize');
/** The entry is not to land now: its task is paused. */
export const removeUpdate = defineUpdate<Receipt, [QueueMessage]>('remove');
export const removeSignal = defineSignal<[QueueMessage]>('remove');
export const queueQuery = defineQuery<LandingQueue>('queue');

/** Input of the task workflow: a new task has no state yet. */
export interface TaskInput {
  project: string;
  issue: Issue;
  /** Set when the project starts the task: the slot comes with it. */
  grant: Grant | null;
  /** What it knows before it has a slot, so that it can end well without one; missing where nobody knows. */
  settings?: { config: ConfigRef; host: string };
  /** Started by a person for this very issue: eligibility does not matter. */
  forced: boolean;
  /** Set when it was forked from another task. */
  origin?: Origin;
  state: TaskState | null;
}
