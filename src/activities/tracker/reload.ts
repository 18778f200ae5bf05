import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.js';
import { problemText } from '../../config/describe.js';
import { ConfigError } from '../../config/errors.js';
import { loadConfig } from '../../config/load.js';
import { promptProblem } from '../../config/prompt-problem.js';
import type { Known, Problem } from '../../domain/project.js';
import { isStopped } from '../../domain/project.js';
import type { HostDeps } from '../host.js';
import { bounded } from './problems.js';

/** The configuration in force, and what is wrong with the file. */
export interface Reloaded {
  config: Config;
  problems: Problem[];
}

/** A file that was just written may be half of what it is to be: it is taken when it was left alone for so long. */
const leftAloneMs = 250;
/** For two seconds. */
const mostTries = 8;

/**
 * Reads the workflow file again (SPEC 6.2). A changed one is stored and comes into force; with a
 * broken one the last good configuration stays, and nothing new is to be started.
 */
export async function reload(deps: Pick<HostDeps, 'configs' | 'env'>, hash: string): Promise<Reloaded> {
  const inForce = await deps.configs.get(hash);
  const where = basename(inForce.file);
  const stopping = (...messages: string[]): Reloaded => ({
    config: inForce,
    problems: messages.map((message) => ({ where, message, stops: true })),
  });

  const loaded = await loadSettled(inForce, deps.env);
  if (loaded === 'restless') {
    return stopping(`it is written again and again; it is read when it was left alone for ${leftAloneMs} ms`);
  }
  if (loaded instanceof ConfigError) return stopping(...messagesOf(loaded, where));
  if (loaded.project !== inForce.project) {
    return stopping(
      `the project is now called ${loaded.project}; restart the worker to go on under this name`,
    );
  }
  await deps.configs.put(loaded);
  const broken = promptProblem(loaded);
  return { config: loaded, problems: broken === null ? [] : [{ where, message: broken.message }] };
}

/** Says once in the log what has become of the file; what the project knows already was said by an earlier look. */
export function noteReload(
  log: HostDeps['log'],
  known: Pick<Known, 'configHash' | 'problems'>,
  { config, problems }: Reloaded,
): void {
  const { file, hash } = config;
  const before = textOf(known.problems.filter(({ where }) => where === basename(file)));
  const now = textOf(bounded(problems));
  if (now !== before) {
    if (now === '') log.info('workflow file is in order again', { file });
    else if (isStopped({ problems })) log.error('workflow file cannot be used', { file, error: now });
    else log.warn('workflow file is not in order', { file, error: now });
  }
  if (hash !== known.configHash) log.info('workflow file was changed', { file, config: hash.slice(0, 12) });
}

/** Changes whenever somebody writes, replaces or removes the file. */
export async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'none';
  }
}

/** What is in the file when nobody writes it. What is in force already needs no such care. */
async function loadSettled(
  { file, hash }: Config,
  env: HostDeps['env'],
): Promise<Config | ConfigError | 'restless'> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const stamp = await stampOf(file);
    const loaded = await load(file, env);
    if (!(loaded instanceof ConfigError) && loaded.hash === hash) return loaded;
    await sleep(leftAloneMs);
    if (stamp === (await stampOf(file))) return loaded;
  }
  return 'restless';
}

async function load(file: string, env: HostDeps['env']): Promise<Config | ConfigError> {
  try {
    return await loadConfig(file, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function messagesOf(error: ConfigError, where: string): string[] {
  if (error.problems.length === 0) return [withoutPlace(error, where)];
  return error.problems.map(problemText);
}

function withoutPlace({ message, file }: ConfigError, where: string): string {
  const place = [`${file}: `, `${where}: `].find((prefix) => message.startsWith(prefix));
  return message.slice(place?.length ?? 0);
}

function textOf(problems: readonly Problem[]): string {
  return problems.map(({ message }) => message).join('; ');
}
