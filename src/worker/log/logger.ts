import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../../activities/host.js';
import type { Fields, LogFormat } from './line.js';
import { formatLine } from './line.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

export interface LoggerOptions {
  /** Lines of a lower level are dropped. */
  level: LogLevel;
  format: LogFormat;
  /** Never shown, wherever they stand in a line; the longest first. */
  secrets: readonly string[];
  /** In every line. */
  fields?: Fields;
  /** Never throws. */
  write: (line: string) => void;
}

/** The log of this process. */
export interface HostLogger extends Logger {
  /** Runs the work; each line that it writes has these fields too, wherever it is written. */
  within<T>(fields: Fields, work: () => T): T;
  /** A line about an earlier moment: the SDK keeps its own for a while, to sort them. */
  logAt(time: Date, level: LogLevel, message: string, fields?: Fields): void;
}

/** One line for each message (SPEC 13.1). */
export function createLogger({ level, format, secrets, fields: own, write }: LoggerOptions): HostLogger {
  const scope = new AsyncLocalStorage<Fields>();
  const least = levels.indexOf(level);
  const redact = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);

  function logAt(time: Date, lineLevel: LogLevel, message: string, fields?: Fields): void {
    if (levels.indexOf(lineLevel) < least) return;
    const head = { time: time.toISOString(), level: lineLevel, message };
    write(formatLine(format, { ...head, ...own, ...scope.getStore(), ...fields }, redact));
  }
  const logger = (lineLevel: LogLevel) => (message: string, fields?: Fields) =>
    logAt(new Date(), lineLevel, message, fields);

  return {
    debug: logger('debug'),
    info: logger('info'),
    warn: logger('warn'),
    error: logger('error'),
    within: (fields, work) => scope.run({ ...scope.getStore(), ...fields }, work),
    logAt,
  };
}

/** `CONTINUO_LOG`, else `info`. */
export function logLevel(env: NodeJS.ProcessEnv): LogLevel {
  return levels.find((level) => level === env.CONTINUO_LOG) ?? 'info';
}
