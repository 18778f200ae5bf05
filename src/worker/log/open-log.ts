import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.js';
import { secretValues } from '../../activities/redact.js';
import type { Fields, LogFormat } from './line.js';
import type { HostLogger, LoggerOptions } from './logger.js';
import { createLogger, logLevel } from './logger.js';
import type { RotatingFile } from './rotating-file.js';
import { appendLine, makeRoom } from './rotating-file.js';

/** What the operator asks of the log. */
export interface LogOptions {
  format: LogFormat;
  /** Where lines go; null: to stderr. */
  file: RotatingFile | null;
}

export const plainLog: LogOptions = { format: 'text', file: null };

/**
 * Opens the log of a host: lines on stderr, or in a file. No sink that fails stops anything (SPEC 13.2). Without
 * configurations only secrets that can be told by the names of their variables are kept out.
 */
export function openLog(
  env: NodeJS.ProcessEnv,
  configs: readonly Config[],
  { format, file }: LogOptions = plainLog,
  fields: Fields = {},
): HostLogger {
  const options = { level: logLevel(env), format, secrets: secretValues(env, configs), fields };
  const stderr = stderrSink();
  return createLogger({ ...options, write: file === null ? stderr : fileSink(file, stderr, options) });
}

type Sink = LoggerOptions['write'];

/** That it is closed or full must not stop anything. */
function stderrSink(): Sink {
  process.stderr.on('error', () => undefined);
  return (line) => {
    try {
      process.stderr.write(`${line}\n`);
    } catch {
      // There is nobody left to tell.
    }
  };
}

/**
 * A line that the file does not take goes to stderr; each kind of trouble is told there once, and again only after the file
 * was well in between.
 */
function fileSink(file: RotatingFile, stderr: Sink, options: Omit<LoggerOptions, 'write'>): Sink {
  const log = createLogger({ ...options, write: stderr });
  makeFolder(dirname(file.path));
  const troubles = new Set<string>();
  const attempt = (trouble: string, work: () => void): boolean => {
    try {
      work();
      troubles.delete(trouble);
      return true;
    } catch (error) {
      if (!troubles.has(trouble)) log.warn(trouble, { file: file.path, error });
      troubles.add(trouble);
      return false;
    }
  };
  return (line) => {
    attempt('the log file cannot be rotated; it grows on', () => makeRoom(file, line));
    const isWritten = attempt('the log file cannot be written; lines go to stderr until it can', () =>
      appendLine(file.path, line),
    );
    if (!isWritten) stderr(line);
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // The first line says what is wrong with the file.
  }
}
