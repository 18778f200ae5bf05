import { resolve } from 'node:path';
import type { LogOptions } from '../worker/main.js';

/** What `up` and `worker` are asked of their log and their metrics. */
export interface ServeOptions {
  logFormat: LogOptions['format'];
  logFile?: string;
  /** When the file is put aside, in MB. */
  logSize: number;
  /** How many older files stay. */
  logKeep: number;
  metricsPort?: number;
}

export function logOptions(
  { logFormat: format, logFile, logSize, logKeep }: ServeOptions,
  cwd: string,
): LogOptions {
  const file =
    logFile === undefined ? null : { path: resolve(cwd, logFile), maxBytes: logSize << 20, keep: logKeep };
  return { format, file };
}

/** The same, for a `continuo up` that is started with it. */
export function serveArguments(options: ServeOptions & { logFile: string }, cwd: string): string[] {
  const { logFormat, logFile, logSize, logKeep, metricsPort } = options;
  return [
    ...['--log-format', logFormat, '--log-file', resolve(cwd, logFile)],
    ...['--log-size', String(logSize), '--log-keep', String(logKeep)],
    ...(metricsPort === undefined ? [] : ['--metrics-port', String(metricsPort)]),
  ];
}
