import { dirname } from 'node:path';
import type { Client } from '@temporalio/client';
import { namedConnection } from '../../config/connection.js';
import { ConfigError } from '../../config/errors.js';
import type { Host } from '../../worker/main.js';
import { AlreadyRunning, EngineError, runUp, runWorker } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Listening } from '../http/listen.js';
import type { Invocation } from '../invocation.js';
import type { ServeOptions } from '../serve-options.js';
import { logOptions } from '../serve-options.js';

/** Serves projects in this process until it is stopped: with engine and schedulers, or as a worker alone. */
export async function serve(
  { workflow, cwd, env }: Invocation,
  command: 'up' | 'worker',
  files: readonly string[],
  options: ServeOptions,
): Promise<void> {
  const [first = workflow, ...others] = files;
  if (others.length > 0) refuseOneForAll(env);
  const run = command === 'up' ? runUp : runWorker;
  const { metricsPort } = options;
  try {
    await run({
      workflows: [first, ...others],
      cwd,
      env,
      log: logOptions(options, cwd),
      metricsPort,
      beside,
    });
  } catch (error) {
    if (error instanceof AlreadyRunning)
      throw new CliError(ExitCode.refused, error.message, null, { cause: error });
    if (error instanceof EngineError)
      throw new CliError(ExitCode.unreachable, error.message, null, { cause: error });
    throw others.length > 0 ? inItsFolder(error) : error;
  }
}

/** Loaded where it is wanted: most projects have no webhooks. */
async function beside(client: Client, { config, env, log }: Host): Promise<Listening | null> {
  if (config.webhooks === undefined) return null;
  const { serveWebhooks } = await import('../http/serve-webhooks.js');
  return serveWebhooks({ client, config, env, warn: (message, fields) => log.warn(message, fields) });
}

/** An embedded engine and a data directory belong to one project each. */
export function refuseOneForAll(env: NodeJS.ProcessEnv): void {
  if (namedConnection(env) === null) {
    throw new CliError(
      ExitCode.usage,
      'several projects in one process need a Temporal server that belongs to none of them',
      'name it by TEMPORAL_ADDRESS, or serve each project by a `continuo up` of its own',
    );
  }
  if (env.CONTINUO_DATA?.trim()) {
    throw new CliError(
      ExitCode.usage,
      'CONTINUO_DATA names one data directory, and each of several projects needs its own',
      'unset it; XDG_STATE_HOME names the folder in which each project gets one',
    );
  }
}

/** Workflow files have the same name, so one of several is known by its folder. */
export function inItsFolder(error: unknown): unknown {
  if (!(error instanceof ConfigError)) return error;
  const { code, file, message, problems } = error;
  return new ConfigError(code, file, `in ${dirname(file)}: ${message}`, problems);
}
