import type { ReviewInput, ReviewOutcome, ReviewPort } from '../../workflows/review-port.js';
import type { Attempt } from '../attempt.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import { EvictedError } from '../keeper/program.js';
import { holdRun } from '../keeper/run-hold.js';
import { redactorOf } from '../redact.js';
import { clearAway, findOut } from './find-out.js';
import type { ReviewJob } from './job.js';
import type { MadeReview } from './review-record.js';
import { openJob } from './job.js';
import { redactReview } from './redact-review.js';

/**
 * Reviews by agents. A review happens once: its program stands in places named by workflow run, sha, round and
 * reviewer, and its outcome is kept under the same. A repetition takes the outcome, or attaches to the program that
 * runs. An attempt that leaves ends and records nothing.
 */
export function createReviewActivities(deps: HostDeps): ReviewPort {
  return {
    async review(input: ReviewInput) {
      const config = await deps.configs.get(input.config);
      const { reviewer, workspace } = input;
      return heartbeating(
        (_signal, attempt) =>
          holdRun({ runPath: workspace.runPath, part: `review/${reviewer}`, attempt }, async (held) =>
            reviewOnce(await openJob({ deps, config, input, attempt: held })),
          ),
        () => ({ reviewer }),
      );
    },
  };
}

async function reviewOnce(job: ReviewJob): Promise<ReviewOutcome> {
  const known = await job.record.read();
  if (known !== null) return known;
  try {
    const outcome = await redactReview(await findOut(job), redactorOf(job.deps.env, job.config));
    if (isReview(outcome)) await job.record.write(outcome);
    logReview(job, outcome);
    await clearAway(job);
    return outcome;
  } catch (error) {
    if (!isLeft(error, job.attempt)) await clearAway(job);
    throw error;
  }
}

function logReview({ deps, input, reviewer }: ReviewJob, outcome: ReviewOutcome): void {
  const findings = outcome.kind === 'reviewed' ? outcome.findings.length : undefined;
  const { sha, round } = input;
  deps.log.info('review ended', { outcome: outcome.kind, reviewer: reviewer.name, sha, round, findings });
}

/** Whoever had no quota or no budget left is asked again. */
function isReview(outcome: ReviewOutcome): outcome is MadeReview {
  return outcome.kind === 'reviewed' || outcome.kind === 'failed';
}

/** Then the next attempt goes on with what is there. */
function isLeft(error: unknown, { end, leave }: Attempt): boolean {
  return error instanceof EvictedError || (leave.aborted && !end.aborted);
}
