import { CancellationScope, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { LandingEntry, LandingResult } from '../domain/landing.js';
import { landingKey } from '../domain/landing.js';
import { deliver } from './deliver.js';
import { withdrawSignal } from './messages.js';
import { forge } from './proxies.js';
import type { Task } from './task-context.js';
import { granted, headOf, isTakenBack, now, shortSha, view, waitFor, workspaceOf } from './task-context.js';

/** An answer of the landing train that got lost is asked for again after this long. */
const landingPatienceMs = 10 * 60_000;
/** What the landing train needs to know of the change. */
export function landingEntry(
  task: Task,
  rules: { base: string; strategy: LandingEntry['strategy']; batch?: number },
): LandingEntry {
  const { state } = task;
  const { config, host } = granted(task);
  const { workflowId } = workflowInfo();
  const sha = headOf(task);
  return {
    key: landingKey(workflowId, sha, state.round),
    taskWorkflowId: workflowId,
    project: state.project,
    identifier: state.issue.identifier,
    title: state.issue.title,
    issueId: state.issue.id,
    source: state.issue.source,
    configHash: config.hash,
    host,
    workspace: workspaceOf(task),
    sha,
    base: rules.base,
    strategy: rules.strategy,
    verify: view(task).gates.verify,
    session: state.session,
    batch: rules.batch ?? 1,
  };
}

/**
 * Asks the train to land an entry and waits for the answer; null when it is time to ask again, which
 * adds nothing: an entry is known by its key. Cancelling the task does not cut this short, because
 * the change may be landing at this very moment: the entry is withdrawn, and the answer tells.
 */
export async function askToLand(task: Task, entry: LandingEntry): Promise<LandingResult | null> {
  task.isAtTrain = true;
  try {
    return await CancellationScope.nonCancellable(() => waitAtTrain(task, entry));
  } finally {
    task.isAtTrain = false;
  }
}

async function waitAtTrain(task: Task, entry: LandingEntry): Promise<LandingResult | null> {
  const port = forge({ host: entry.host, summary: `Ask to land ${shortSha(entry.sha)}` });
  const { train } = await port.requestLanding({ entry });
  const isAnswered = () => answerTo(task, entry) !== null;
  const waiting = { kind: 'landing', since: now() } as const;
  await waitFor(task, waiting, () => isAnswered() || isTakenBack(task), landingPatienceMs);
  const handle = getExternalWorkflowHandle(train);
  while (!isAnswered() && isTakenBack(task)) {
    const told = await deliver(() =>
      handle.signal(withdrawSignal, { key: entry.key, taskWorkflowId: entry.taskWorkflowId }),
    );
    // A train that is gone has nothing at work. A train that has begun with it may take as long as checks do.
    if (!told && !isAnswered()) return { kind: 'withdrawn' };
    await waitFor(task, waiting, isAnswered, landingPatienceMs);
  }
  const answer = answerTo(task, entry);
  // Taken once: the same entry may have to be asked for again, and that answer is another one.
  task.landing = null;
  return answer;
}

function answerTo(task: Task, entry: LandingEntry): LandingResult | null {
  return task.landing?.key === entry.key ? task.landing.result : null;
}
