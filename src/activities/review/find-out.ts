import { mkdir, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PromptInput } from '../../config/prompt.js';
import { PromptError, renderPrompt } from '../../config/prompt.js';
import type { ReviewOutcome } from '../../workflows/ports.js';
import { readIssue } from '../agent/issue-file.js';
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

/** A model that answers nonsense may do better when it is asked again. */
const mostTimes = 2;

/**
 * Asks the reviewer, once more where it gave no usable review, and checks what it says against the commit. Throws
 * what `runProgram` throws.
 */
export async function findOut(job: ReviewJob): Promise<ReviewOutcome> {
  const { deps, config, places, isOfRound } = job;
  await endStrays(places, currentWorkflow().workflowId, isOfRound);
  const mirror = await openMirror({ paths: deps.paths, config });
  const prompt = await promptOf(job, mirror);
  if (prompt instanceof PromptError) return failed(`its prompt template failed: ${prompt.message}`);

  for (let time = 1; ; time += 1) {
    const outcome = await askOnce(job, mirror, prompt, time);
    if (outcome.kind === 'reviewed' || time === mostTimes) return outcome;
    deps.log.warn('a reviewer gave no usable review', { reviewer: job.reviewer.name, why: outcome.message });
  }
}

/** Takes away everything of the review but its outcome and its logs. Nothing of it runs any more then. */
export async function clearAway({
  deps,
  copy,
  temporary,
  places,
  isOwn,
  isOfRound,
}: ReviewJob): Promise<void> {
  const isAnothers = (key: string) => isOfRound(key) && !isOwn(key);
  await endStrays(places, currentWorkflow().workflowId, isAnothers);
  for (const folder of [copy, temporary]) await moveToTrash(deps.paths, folder);
  await removePlaces(places, isOwn);
  // Another reviewer may have its own in there.
  await rmdir(dirname(copy)).catch(() => undefined);
}

async function askOnce(job: ReviewJob, mirror: Mirror, prompt: string, time: number): Promise<ReviewOutcome> {
  const { input } = job;
  const said = await runReviewer(job, prompt, time, () => bringCopy(job, mirror));
  if (said.kind === 'failed') return said;
  const answer = readAnswer(said.output);
  if (answer.kind === 'unusable') return failed(answer.reason);
  return { kind: 'reviewed', findings: await confirm(answer.findings, mirror, input) };
}

async function promptOf(job: ReviewJob, mirror: Mirror): Promise<string | PromptError> {
  const { config, input, reviewer, temporary } = job;
  const issue = await readIssue(input.workspace.runPath);
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

function failed(message: string): ReviewOutcome {
  return { kind: 'failed', message };
}
