import type { Logger } from '../activities/host.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

export interface LoggerOptions {
  /** Lines of a lower level are dropped. */
  level: LogLevel;
  /** Values of secret variables in it never appear in a line. */
  env: NodeJS.ProcessEnv;
  write: (line: string) => void;
}

/** One `key=value` line for each message (SPEC 13.1). */
export function createLogger({ level, env, write }: LoggerOptions): Logger {
  const secrets = secretsOf(env);
  const least = levels.indexOf(level);
  const log = (lineLevel: LogLevel, message: string, fields: Record<string, unknown> = {}) => {
    if (levels.indexOf(lineLevel) < least) return;
    const pairs: [string, unknown][] = Object.entries({
      time: new Date().toISOString(),
      level: lineLevel,
      message,
      ...fields,
    });
    const line = pairs
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${format(value)}`)
      .join(' ');
    write(secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line));
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  };
}

/** `CONTINUO_LOG`, else `info`. */
export function logLevel(env: NodeJS.ProcessEnv): LogLevel {
  return levels.find((level) => level === env.CONTINUO_LOG) ?? 'info';
}

/** Lines on stderr; that it is closed or full must not stop anything (SPEC 13.2). */
export function createStderrLogger(env: NodeJS.ProcessEnv): Logger {
  process.stderr.on('error', () => undefined);
  return createLogger({ level: logLevel(env), env, write: (line) => process.stderr.write(`${line}\n`) });
}

const shortestSecret = 8;

/** Values of variables whose names say that they are secret; shorter ones would hide ordinary words. */
function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined &&
    value.length >= shortestSecret &&
    /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|CREDENTIAL/i.test(name)
      ? [value]
      : [],
  );
}

/** Quoted where it would not be one word. */
function format(value: unknown): string {
  if (value instanceof Error) return format(value.message);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
