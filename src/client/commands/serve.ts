import { AlreadyRunning, EngineError, runUp, runWorker } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import type { ServeOptions } from '../serve-options.js';
import { logOptions } from '../serve-options.js';

/** Serves the project in this process until it is stopped: with engine and scheduler, or as a worker alone. */
export async function serve(
  { workflow, cwd, env }: Invocation,
  command: 'up' | 'worker',
  argument: string | null,
  options: ServeOptions,
): Promise<void> {
  const run = command === 'up' ? runUp : runWorker;
  try {
    const { metricsPort } = options;
    await run({ workflow: argument ?? workflow, cwd, env, log: logOptions(options, cwd), metricsPort });
  } catch (error) {
    if (error instanceof AlreadyRunning)
      throw new CliError(ExitCode.refused, error.message, null, { cause: error });
    if (error instanceof EngineError)
      throw new CliError(ExitCode.unreachable, error.message, null, { cause: error });
    throw error;
  }
}
