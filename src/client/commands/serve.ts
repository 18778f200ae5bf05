import { AlreadyRunning, EngineError, runUp, runWorker } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';

/** Serves the project in this process until it is stopped: with engine and scheduler, or as a worker alone. */
export async function serve(
  { workflow, cwd, env }: Invocation,
  command: 'up' | 'worker',
  argument: string | null,
): Promise<void> {
  const run = command === 'up' ? runUp : runWorker;
  try {
    await run({ workflow: argument ?? workflow, cwd, env });
  } catch (error) {
    if (error instanceof AlreadyRunning)
      throw new CliError(ExitCode.refused, error.message, null, { cause: error });
    if (error instanceof EngineError)
      throw new CliError(ExitCode.unreachable, error.message, null, { cause: error });
    throw error;
  }
}
