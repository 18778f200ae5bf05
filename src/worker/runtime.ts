import { isIPv6 } from 'node:net';
import { basename } from 'node:path';
import { Runtime } from '@temporalio/worker';
import { ConfigError } from '../config/errors.js';
import type { LogOf } from './log/sdk-logger.js';
import { sdkLogger } from './log/sdk-logger.js';
import { histogramBuckets } from './metrics.js';

/** Where metrics are served. */
export interface MetricsPlace {
  host: string;
  port: number;
}

/**
 * Routes the Temporal SDK's own messages into the log, serves metrics where they are asked for, and leaves signals to us.
 * Once in the life of a process, right before its first connection: until the last one has closed, the process does not end
 * by itself. `file` is the workflow file that is to blame when metrics cannot be served there, which throws `ConfigError`.
 */
export function installRuntime(logOf: LogOf, file: string, metrics: MetricsPlace | null): void {
  const bindAddress = metrics === null ? null : addressOf(metrics);
  try {
    Runtime.install({
      logger: sdkLogger(logOf),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
        ...(bindAddress !== null && {
          metrics: {
            attachServiceName: false,
            prometheus: { bindAddress, histogramBucketOverrides: histogramBuckets },
          },
        }),
      },
    });
  } catch (error) {
    if (bindAddress === null || !(error instanceof Error)) throw error;
    const message =
      `${basename(file)}: metrics cannot be served on ${bindAddress}: ${error.message}; ` +
      'choose another port by metrics.port or --metrics-port';
    throw new ConfigError('config_invalid', file, message);
  }
  if (bindAddress !== null) logOf(null).info('metrics are served', { url: `http://${bindAddress}/metrics` });
}

function addressOf({ host, port }: MetricsPlace): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
