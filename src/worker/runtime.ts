import type { LogLevel, LogMetadata, Logger as SdkLogger } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import type { Logger } from '../activities/host.js';

/**
 * Routes the Temporal SDK's own messages into the log, those of its everyday life at `debug`, and
 * leaves signals to us. Once in the life of a process, right before its first connection: until the last one
 * has closed, the process does not end by itself.
 */
export function installRuntime(log: Logger): void {
  Runtime.install({
    logger: sdkLogger(log),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
}

function sdkLogger(log: Logger): SdkLogger {
  const debug = (message: string, meta?: LogMetadata) => log.debug(message, fieldsOf(meta));
  const warn = (message: string, meta?: LogMetadata) =>
    expected.has(message) ? debug(message, meta) : log.warn(message, fieldsOf(meta));
  const error = (message: string, meta?: LogMetadata) => log.error(message, fieldsOf(meta));
  const byLevel = { TRACE: debug, DEBUG: debug, INFO: debug, WARN: warn, ERROR: error };
  return {
    log: (level: LogLevel, message, meta) => byLevel[level](message, meta),
    trace: debug,
    debug,
    info: debug,
    warn,
    error,
  };
}

/** Warnings about what is so by design: one of our workers has workflows, the other one activities. */
const expected = new Set([
  'No workflows registered, not polling for workflow tasks',
  'No activities registered, not polling for activity tasks',
]);

const told = ['workflowId', 'activityType', 'taskQueue', 'attempt', 'error'];

/** What tells a person where it happened; the rest of the SDK's metadata is noise. */
function fieldsOf(meta: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => told.includes(key)));
}
