import { ApplicationFailure } from '@temporalio/common';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { Reviewer } from '../../config/reviewer.js';
import { reviewerConfig } from '../../config/reviewer.js';
import type { TurnLimits } from '../../domain/budget.js';
import { FailureType } from '../../domain/failure.js';
import type { Issue } from '../../domain/issue.js';
import type { ReviewInput } from '../../workflows/review-port.js';
import type { Agent } from '../agent/agent.js';
import { readIssue } from '../agent/issue-file.js';
import { createAgent } from '../agent/registry.js';
import type { Attempt } from '../attempt.js';
import { currentWorkflow, placesOf } from '../attempt.js';
import type { HostDeps } from '../host.js';
import type { ReviewRecord } from './review-record.js';
import { reviewRecord } from './review-record.js';

/** One review to be made, and where everything of it is. */
export interface ReviewJob {
  deps: HostDeps;
  /** As the reviewer's agent is to have it. */
  config: Config;
  input: ReviewInput;
  issue: Issue;
  reviewer: Reviewer;
  agent: Agent;
  limits: TurnLimits;
  attempt: Attempt;
  record: ReviewRecord;
  /** The read-only copy of the commit. */
  copy: string;
  /** Where the agent may keep its session. */
  home: string;
  /** The reviewer's own folder for temporary files. */
  temporary: string;
  places: string;
  /** The key of the place of the program at this try. */
  keyOf: (time: number) => string;
  /** Whether a place is one of this round's reviews, which run at the same time; or of this very review. */
  isOfRound: (key: string) => boolean;
  isOwn: (key: string) => boolean;
  /** What the program prints at this try. */
  logOf: (time: number) => string;
}

/** Throws when the configuration has no such reviewer: its hash names one that the workflow knows. */
export async function openJob(
  job: Pick<ReviewJob, 'deps' | 'config' | 'input' | 'attempt'>,
): Promise<ReviewJob> {
  const { input } = job;
  const { sha, round, workspace } = input;
  const { runPath } = workspace;
  const reviewer = job.config.review?.agents.find(({ name }) => name === input.reviewer);
  if (reviewer === undefined) {
    const message = `${job.config.file} has no reviewer ${JSON.stringify(input.reviewer)}`;
    throw ApplicationFailure.nonRetryable(message, FailureType.config);
  }
  const config = reviewerConfig(job.config, reviewer);
  const { workflowRun } = currentWorkflow();
  const ofRound = `review-${hashOf(workflowRun, sha, String(round))}-`;
  const own = `${ofRound}${hashOf(reviewer.name)}-`;
  const name = `${sha.slice(0, 12)}-${round}-${fileName(reviewer.name)}`;
  return {
    ...job,
    config,
    issue: await readIssue(runPath),
    reviewer,
    agent: createAgent(config),
    limits: limitsOf(reviewer, input),
    record: reviewRecord(join(runPath, 'reviews', `${name}.json`), workflowRun, input),
    copy: join(runPath, 'review', own),
    home: join(runPath, 'review', `${own}home`),
    temporary: join(runPath, 'tmp', own),
    places: placesOf(runPath),
    keyOf: (time) => `${own}${time}`,
    isOfRound: (key) => key.startsWith(ofRound),
    isOwn: (key) => key.startsWith(own),
    logOf: (time) => join(runPath, 'reviews', `${name}-${time}.log`),
  };
}

/** What is left of the task's budget, and never longer than its own time. */
function limitsOf({ timeout_ms }: Reviewer, { limits }: ReviewInput): TurnLimits {
  return { ...limits, ms: Math.min(timeout_ms, limits.ms ?? timeout_ms) };
}

/** Legal everywhere, and different for different names. */
function fileName(name: string): string {
  return `${name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40)}-${hashOf(name)}`;
}

function hashOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8);
}
