import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineFile } from '../../config/engine-file.js';
import { isAlive } from '../../activities/keeper/process-name.js';
import type { EmbeddedOptions } from './embedded.js';
import { restart } from './embedded.js';

const lookEveryMs = 1_000;

/**
 * Starts the server again whenever it ends, until the returned function is called; that one waits
 * until no start is under way and returns the server that runs then.
 */
export function supervise(options: EmbeddedOptions, first: EngineFile): () => Promise<EngineFile> {
  const stopping = new AbortController();
  const ended = watch(options, first, stopping.signal);
  return () => {
    stopping.abort();
    return ended;
  };
}

async function watch(options: EmbeddedOptions, first: EngineFile, signal: AbortSignal): Promise<EngineFile> {
  let engine = first;
  for (;;) {
    // The timer must not keep the process alive, and an aborted pause is no fault.
    await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return engine;
    if (engine.server !== null && !(await isAlive(engine.server))) {
      engine = (await startAgain(options, engine)) ?? engine;
    }
  }
}

async function startAgain(options: EmbeddedOptions, engine: EngineFile): Promise<EngineFile | null> {
  const { log } = options;
  const { address } = engine;
  log.warn('the Temporal server has ended; starts it again', { address });
  try {
    const started = await restart(options, engine);
    if (started === null) log.error('the Temporal server did not start; tries again', { address });
    else log.info('the Temporal server runs again', { address });
    return started;
  } catch (error) {
    log.error('the Temporal server did not start; tries again', { address, error });
    return null;
  }
}
