import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { RetryPolicy } from '@temporalio/common';
import { activityQueue } from '../domain/queue.js';
import type {
  AgentPort,
  ForgePort,
  GitPort,
  HostPort,
  SchedulePort,
  TrackerPort,
  VerifyPort,
} from './ports.js';
import type { ChangePort } from './change-port.js';
import type { ReviewPort } from './review-port.js';

/**
 * Timeouts and retries of every port. Each activity heartbeats every 2 s by itself, so a dead
 * worker is noticed within 10 s whatever the activity may take.
 */
const heartbeatTimeout = '10s';
/** Nothing follows a cancelled program before it has really ended. */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** About ten minutes of trying; then the task is parked with the last error. */
const patient: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '1m',
  maximumAttempts: 15,
};
/** About a day of trying, for what nobody does later. */
const persistent: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '5m',
  maximumAttempts: 300,
};
/** A dead worker costs an attempt as well, so programs that may run for hours are repeated more often. */
const tireless: RetryPolicy = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  maximumAttempts: 100,
};
const forever: RetryPolicy = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' };

/** Where an activity runs and what the Temporal UI says of it. */
export interface Place {
  project: string;
  host: string;
  summary: string;
}

function at({ project, host, summary }: Place, options: ActivityOptions): ActivityOptions {
  const taskQueue = activityQueue(workflowInfo().taskQueue, project, host);
  return { ...options, heartbeatTimeout, summary, taskQueue };
}

export function tracker(place: Place): Omit<TrackerPort, 'watch' | 'transition' | 'settle'> {
  return proxyActivities<TrackerPort>(at(place, { startToCloseTimeout: '5m', retry: patient }));
}

/** The end of a task is told also to a tracker that is away for hours: else its issue would stay open, and claimed. */
export function closer(place: Place): Pick<TrackerPort, 'transition' | 'settle'> {
  return proxyActivities<TrackerPort>(at(place, { startToCloseTimeout: '5m', retry: persistent }));
}

/** Whoever waits for it holds a new run of the project up, so a host that is down is not waited for long. */
export function scheduler(place: Place): SchedulePort {
  return proxyActivities<SchedulePort>(
    at(place, { startToCloseTimeout: '1m', scheduleToCloseTimeout: '10m', retry: patient }),
  );
}

/** Watching never gives up: an idle project is one activity that goes on for weeks. */
export function watcher(place: Place): Pick<TrackerPort, 'watch'> {
  return proxyActivities<TrackerPort>(at(place, { startToCloseTimeout: '30d', retry: forever }));
}

/** Without a limit it waits until the host is there; else it fails with a `TimeoutFailure` where nobody takes it up. */
export function attendant(place: Place, scheduleToStartTimeout?: '10s' | '20s'): HostPort {
  const limit = scheduleToStartTimeout && { scheduleToStartTimeout };
  return proxyActivities<HostPort>(at(place, { startToCloseTimeout: '30d', retry: forever, ...limit }));
}

export function git(place: Place): GitPort {
  return proxyActivities<GitPort>(at(place, { startToCloseTimeout: '2h', retry: patient, cancellationType }));
}

/** The turn's own limits are in the workflow file; this one only ends what nothing else has ended. */
export function agent(place: Place): AgentPort {
  return proxyActivities<AgentPort>(
    at(place, { startToCloseTimeout: '7d', retry: tireless, cancellationType }),
  );
}

export function verifier(place: Place): VerifyPort {
  return proxyActivities<VerifyPort>(
    at(place, { startToCloseTimeout: '1d', retry: tireless, cancellationType }),
  );
}

/** Its own limits are in the workflow file as well. */
export function reviewer(place: Place): ReviewPort {
  return proxyActivities<ReviewPort>(
    at(place, { startToCloseTimeout: '7d', retry: tireless, cancellationType }),
  );
}

/** Whatever GitHub or the like refuses for a while is waited for: a task is never failed by it. */
export function changes(place: Place): Omit<ChangePort, 'watchChanges'> {
  return proxyActivities<ChangePort>(at(place, { startToCloseTimeout: '30m', retry: forever }));
}

/** As with the tracker, one that goes on. */
export function changesWatcher(place: Place): Pick<ChangePort, 'watchChanges'> {
  return proxyActivities<ChangePort>(at(place, { startToCloseTimeout: '30d', retry: forever }));
}

export function forge(place: Place): Omit<ForgePort, keyof ChangePort> {
  return proxyActivities<ForgePort>(at(place, { startToCloseTimeout: '10m', retry: patient }));
}
