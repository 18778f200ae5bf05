import { mkdir, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PromptInput } from '../../config/prompt.js';
import { PromptError, renderPrompt } from '../../config/prompt.js';
import { credentialOf } from '../../domain/hold.js';
import type { TurnUsage } from '../../domain/usage.js';
import { addUsage, noTurnUsage } from '../../domain/usage.js';
import type { ReviewOutcome } from '../../workflows/review-port.js';
import { currentWorkflow } from '../attempt.js';
import { createCheckout } from '../git/checkout.js';
import type { Mirror } from '../git/mirror.js';
import { openMirror } from '../git/mirror.js';
import { moveToTrash } from '../git/trash.js';
import { endStrays, removePlaces } from '../keeper/strays.js';
import { readAnswer } from './answer.js';
import { bringChange } from './change.js';
import { confirm } from './confirm.js';
import type { ReviewJob } from './job.js';
import { composePrompt } from './prompt.js';
import { makeReadOnly } from './read-only.js';
import { runReviewer } from './run-reviewer.js';

type Found = ReviewOutcome & { usage: TurnUsage };

/** A model that answers nonsense may do better when it is asked again. */
const mostTimes = 2;

/**
 * Asks the reviewer, once more where it gave no usable review, and checks what it says against the commit. Throws
 * what `runProgram` throws.
 */
export async function findOut(job: ReviewJob): Promise<Found> {
  const { deps, config, places, isOfRound } = job;
  await endStrays(places, currentWorkflow().workflowId, isOfRound);
  const mirror = await openMirror({ paths: deps.paths, config });
  const prompt = await promptOf(job, mirror);
  if (prompt instanceof PromptError)
    return failed(`its prompt template failed: ${prompt.message}`, noTurnUsage);

  let spent: TurnUsage = noTurnUsage;
  for (let time = 1; ; time += 1) {
    const outcome = await askOnce(job, mirror, prompt, time);
    spent = addUsage(spent, outcome.usage);
    if (outcome.kind !== 'failed' || time === mostTimes) return { ...outcome, usage: spent };
    deps.log.warn('a reviewer gave no usable review', { reviewer: job.reviewer.name, why: outcome.message });
  }
}

/** Takes away everything of the review but its outcome and its logs. Nothing of it runs any more then. */
export async function clearAway({
  deps,
  copy,
  home,
  temporary,
  places,
  isOwn,
  isOfRound,
}: ReviewJob): Promise<void> {
  const isAnothers = (key: string) => isOfRound(key) && !isOwn(key);
  await endStrays(places, currentWorkflow().workflowId, isAnothers);
  for (const folder of [copy, home, temporary]) await moveToTrash(deps.paths, folder);
  await removePlaces(places, isOwn);
  // Another reviewer may have its own in there.
  await rmdir(dirname(copy)).catch(() => undefined);
}

async function askOnce(job: ReviewJob, mirror: Mirror, prompt: string, time: number): Promise<Found> {
  const end = await runReviewer(job, prompt, time, () => bringCopy(job, mirror));
  if (end === null) return failed('it was cut off again and again', noTurnUsage);
  const { usage } = end;
  switch (end.kind) {
    case 'completed':
      return judge(job, mirror, end.summary, usage);
    case 'failed':
      return failed(end.message, usage);
    case 'question':
      return failed(`it asked a person: ${end.question.text}`, usage);
    case 'stopped':
      return failed('it was ended', usage);
    case 'limit':
      return isOutOfTime(job, usage)
        ? failed(`it did not end within ${job.reviewer.timeout_ms} ms`, usage)
        : { kind: 'limit', message: end.message, usage };
    case 'quota':
      return { ...end, credential: credentialOf(job.config.agent) };
  }
}

/** By its own time, and not by what the task has left. */
function isOutOfTime({ reviewer }: ReviewJob, { agentMs }: TurnUsage): boolean {
  return agentMs >= reviewer.timeout_ms;
}

async function judge({ input }: ReviewJob, mirror: Mirror, said: string, usage: TurnUsage): Promise<Found> {
  const answer = readAnswer(said);
  if (answer.kind === 'unusable') return failed(answer.reason, usage);
  return { kind: 'reviewed', findings: await confirm(answer.findings, mirror, input), usage };
}

async function promptOf(job: ReviewJob, mirror: Mirror): Promise<string | PromptError> {
  const { config, input, issue, reviewer, temporary } = job;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const instructions = render(reviewer.prompt, {
    issue,
    attempt: null,
    round: input.round,
    project: config.project,
  });
  if (instructions instanceof PromptError) return instructions;
  return composePrompt({ instructions, issue, input, change: await bringChange(mirror, input, temporary) });
}

function render(template: string, input: PromptInput): string | PromptError {
  try {
    return renderPrompt(template, input);
  } catch (error) {
    if (error instanceof PromptError) return error;
    throw error;
  }
}

/** What a reviewer that was cut off has left is not a clean copy any more. */
async function bringCopy({ deps, input, copy, attempt }: ReviewJob, mirror: Mirror): Promise<void> {
  await moveToTrash(deps.paths, copy);
  const signal = AbortSignal.any([attempt.end, attempt.leave]);
  await createCheckout({ mirror, dir: copy, commit: input.sha, signal });
  await makeReadOnly(copy);
}

function failed(message: string, usage: TurnUsage): Found {
  return { kind: 'failed', message, usage };
}
