import { Context } from '@temporalio/activity';

const beatMs = 2_000;

/**
 * Runs the work of an activity while a heartbeat goes out every two seconds, at once for the
 * first time. Only an activity that beats learns of its cancellation: the signal is aborted then.
 */
export async function heartbeating<T>(
  work: (signal: AbortSignal) => Promise<T>,
  details: () => unknown = () => null,
): Promise<T> {
  const context = Context.current();
  const beat = () => context.heartbeat(details());
  beat();
  const timer = setInterval(beat, beatMs);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
