import { SdkComponent } from '@temporalio/common';
import type { LogLevel as SdkLevel, LogMetadata, Logger as SdkLogger } from '@temporalio/worker';
import { LogTimestamp } from '@temporalio/worker';
import type { Fields } from './line.js';
import type { HostLogger, LogLevel } from './logger.js';

/** The log of a project, or that of the process for what is about no project that it serves. */
export type LogOf = (project: unknown) => HostLogger;

/**
 * Routes what goes through the Temporal SDK into the log of its project: its own messages, those of its everyday life at
 * `debug`, and what our workflows say.
 */
export function sdkLogger(logOf: LogOf): SdkLogger {
  const route = (sdkLevel: SdkLevel, message: string, meta: LogMetadata = {}) => {
    const nanos: unknown = meta[LogTimestamp];
    const time = typeof nanos === 'bigint' ? new Date(Number(nanos / 1_000_000n)) : new Date();
    const isOurs = meta.sdkComponent === SdkComponent.workflow;
    const level = isOurs ? ours[sdkLevel] : theirs(sdkLevel, message);
    logOf(meta.project).logAt(time, level, message, fieldsOf(meta, isOurs));
  };
  return {
    log: route,
    trace: (message, meta) => route('TRACE', message, meta),
    debug: (message, meta) => route('DEBUG', message, meta),
    info: (message, meta) => route('INFO', message, meta),
    warn: (message, meta) => route('WARN', message, meta),
    error: (message, meta) => route('ERROR', message, meta),
  };
}

const ours: Record<SdkLevel, LogLevel> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Warnings about what is so by design: one of our workers has workflows, the other one activities. */
const expected = new Set([
  'No workflows registered, not polling for workflow tasks',
  'No activities registered, not polling for activity tasks',
]);

function theirs(sdkLevel: SdkLevel, message: string): LogLevel {
  const level = ours[sdkLevel];
  return level === 'info' || expected.has(message) ? 'debug' : level;
}

type Names = Record<string, string>;

const ofEveryWorkflow: Names = { workflowId: 'workflow_id', runId: 'run_id' };
/** Of the SDK's metadata what tells a person where it happened: the rest may be whole payloads. */
const ofSdk: Names = {
  ...ofEveryWorkflow,
  activityType: 'activity',
  taskQueue: 'queue',
  attempt: 'activity_attempt',
  ...unchanged('workflow_id', 'run_id', 'activity', 'activity_attempt', 'error'),
  ...unchanged('project', 'task', 'issue_id', 'issue_identifier', 'session_id'),
};
/** What the SDK adds to our own and nobody looks for. */
const noise = ['namespace', 'sdkComponent', 'taskQueue', 'workflowType'];

function fieldsOf(meta: LogMetadata, isOurs: boolean): Fields {
  const nameOf = (key: string): string | undefined => {
    if (!isOurs) return ofSdk[key];
    return noise.includes(key) ? undefined : (ofEveryWorkflow[key] ?? key);
  };
  const fields = Object.entries(meta).flatMap(([key, value]): [string, unknown][] => {
    const name = nameOf(key);
    return name === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(fields);
}

function unchanged(...names: string[]): Names {
  return Object.fromEntries(names.map((name) => [name, name]));
}
