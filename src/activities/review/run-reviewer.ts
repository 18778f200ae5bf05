import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownerOf } from '../attempt.js';
import { enclose } from '../enclose.js';
import type { Attended } from '../keeper/attend.js';
import { attend, stateOf } from '../keeper/attend.js';
import { homeOf } from '../keeper/containment/file-view.js';
import { loginsOf } from '../keeper/containment/logins.js';
import { childEnvironment, loginShell, withoutSecrets } from '../keeper/environment.js';
import { readTail } from '../keeper/tail.js';
import type { ReviewJob } from './job.js';

/** What a reviewer printed, or why that does not count. */
export type Said = { kind: 'said'; output: string } | { kind: 'failed'; message: string };

/** Whatever ends its keeper again and again would be started for ever. */
const mostGenerations = 3;
const outputLimitBytes = 4 * 1024 * 1024;
/** An answer is at the end, and is far shorter. */
const answerLimit = { lines: 10_000, bytes: 128 * 1024 };
const failureLimit = { lines: 5, bytes: 500 };

/**
 * Runs the reviewer's program in its copy, or goes on with the one that runs; `bringCopy` makes the copy when
 * one starts. Whatever it does is a value. Throws the reason of `attempt.end`, and what `runProgram` throws.
 */
export async function runReviewer(
  job: ReviewJob,
  prompt: string,
  time: number,
  bringCopy: () => Promise<void>,
): Promise<Said> {
  for (let generation = 1; generation <= mostGenerations; generation += 1) {
    const place = join(job.places, job.keyOf(time));
    if ((await stateOf(place)) !== 'begun') {
      await bringCopy();
      await mkdir(dirname(job.logOf(time)), { recursive: true, mode: 0o700 });
      await rm(job.logOf(time), { force: true });
    }
    const result = await attendTo(job, prompt, place, job.logOf(time));
    job.attempt.end.throwIfAborted();
    if (result.kind !== 'interrupted') return judge(result, job, job.logOf(time));
  }
  return { kind: 'failed', message: `it was cut off ${mostGenerations} times in a row` };
}

async function attendTo(job: ReviewJob, prompt: string, place: string, output: string): Promise<Attended> {
  const { deps, config, input, reviewer, copy, temporary, attempt } = job;
  const { project, identifier, round } = input;
  const env = childEnvironment(deps.env, withoutSecrets(config.agent.env, config), {
    TMPDIR: temporary,
    CONTINUO_TASK: identifier,
    CONTINUO_ROUND: String(round),
    CONTINUO_REVIEWER: reviewer.name,
  });
  const run = commandOf(job);
  const enclosed = await enclose(deps, config, {
    argv: loginShell(run, config),
    env,
    cwd: copy,
    readOnly: true,
    temporary,
    writable: loginsOf(run, homeOf(env)),
  });
  return attend({
    ...enclosed,
    place,
    owner: ownerOf({ project, identifier, kind: 'agent', title: `review by ${reviewer.name}` }),
    cwd: copy,
    stdin: prompt,
    output,
    outputLimitBytes,
    timeoutMs: reviewer.timeout_ms,
    leaseMs: config.keeper.lease_ms,
    epoch: attempt.epoch,
    end: attempt.end,
    leave: attempt.leave,
  });
}

/** The rules of the workflow file see to it that there is one. */
function commandOf({ config, reviewer }: ReviewJob): string {
  return reviewer.run ?? config.command?.run ?? 'exit 127';
}

async function judge(
  result: Exclude<Attended, { kind: 'interrupted' }>,
  { reviewer }: ReviewJob,
  log: string,
): Promise<Said> {
  if (result.outputProblem !== null) throw new Error(result.outputProblem);
  if (result.kind === 'exited' && result.exitCode === 0) {
    return { kind: 'said', output: await readTail(log, answerLimit) };
  }
  const tail = await readTail(log, failureLimit);
  const message =
    tail === ''
      ? endingOf(result, reviewer.timeout_ms)
      : `${endingOf(result, reviewer.timeout_ms)}; its last output: ${tail}`;
  return { kind: 'failed', message };
}

function endingOf(result: Exclude<Attended, { kind: 'interrupted' }>, timeoutMs: number): string {
  switch (result.kind) {
    case 'exited':
      return result.exitCode === null
        ? `it was ended by ${result.signal ?? 'a signal'}`
        : `it ended with exit code ${result.exitCode}`;
    case 'timed_out':
      return `it did not end within ${timeoutMs} ms`;
    case 'not_started':
      return `it could not start: ${result.message}`;
    case 'cancelled':
      return 'it was cancelled';
  }
}
