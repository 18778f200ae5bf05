import { Context, metricMeter } from '@temporalio/activity';

/** Told of every request, by what it was for. A status of 304 costs nothing of GitHub's limit. */
export interface CallMeter {
  called(kind: string, status: number | null): void;
  /** How many requests GitHub grants until its limit begins anew. */
  remains(calls: number): void;
}

/** Counts in the metrics of the worker; outside of an activity there are none. */
export const activityMeter: CallMeter = {
  called(kind, status) {
    if (!isInActivity()) return;
    metricMeter
      .createCounter('continuo_github_calls_total', '', 'Requests to GitHub')
      .add(1, { kind, status: status === null ? 'none' : String(status) });
  },
  remains(calls) {
    if (!isInActivity()) return;
    metricMeter
      .createGauge(
        'continuo_github_calls_remaining',
        'int',
        '',
        'Requests that GitHub grants until its limit begins anew',
      )
      .set(calls);
  },
};

function isInActivity(): boolean {
  try {
    Context.current();
    return true;
  } catch {
    return false;
  }
}
