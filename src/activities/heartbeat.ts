import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { FailureType } from '../domain/failure.js';
import type { Attempt } from './attempt.js';
import { epochOf } from './keeper/epoch.js';

const beatMs = 2_000;

/**
 * Runs the work of an activity while a heartbeat goes out every two seconds, at once for the
 * first time. Only an activity that beats learns of its cancellation. `signal` is aborted whatever the
 * reason is, for work that simply stops; `attempt` tells the two reasons apart. Work that was left is
 * taken up again at once: whatever it throws then, but an `ApplicationFailure`, is a failure without a pause.
 */
export async function heartbeating<T>(
  work: (signal: AbortSignal, attempt: Attempt) => Promise<T>,
  details: () => unknown = () => null,
): Promise<T> {
  const context = Context.current();
  const beat = () => context.heartbeat(details());
  beat();
  const timer = setInterval(beat, beatMs);
  const attempt = attemptOf(context);
  try {
    return await work(context.cancellationSignal, attempt);
  } catch (error) {
    throw attempt.leave.aborted && !(error instanceof ApplicationFailure) ? leftFailure(error) : error;
  } finally {
    clearInterval(timer);
  }
}

/** The SDK tells the reason in the message alone, and all but this one mean that the workflow still wants the work. */
const wantedByWorkflow = 'CANCELLED';

function attemptOf({ cancellationSignal: signal, info }: Context): Attempt {
  const [end, leave] = [new AbortController(), new AbortController()];
  const pass = () => {
    const reason: unknown = signal.reason;
    const ends = reason instanceof CancelledFailure && reason.message === wantedByWorkflow;
    (ends ? end : leave).abort(reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return { end: end.signal, leave: leave.signal, epoch: epochOf(info) };
}

function leftFailure(error: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'the worker has left this to the next one',
    type: FailureType.infrastructure,
    // Every stop of a worker ends so: no warning in its log.
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: '1ms',
    ...(error instanceof Error && { cause: error }),
  });
}
