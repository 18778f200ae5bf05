import { CancellationScope, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { failedChecks } from '../domain/evidence.js';
import { isAbandoned } from '../domain/move.js';
import type { LandingEntry, LandingResult } from '../domain/landing.js';
import { landingKey } from '../domain/landing.js';
import type { Feedback } from '../domain/feedback.js';
import { wasCancelled } from './cancelled.js';
import { whileThere } from './task-halt.js';
import { deliver } from './deliver.js';
import { hostDownSignal, withdrawSignal } from './messages.js';
import { forge } from './proxies.js';
import type { Task } from './task-context.js';
import {
  granted,
  headOf,
  isTakenBack,
  note,
  now,
  shortSha,
  view,
  waitFor,
  workspaceOf,
} from './task-context.js';

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
 * Asks the train to land an entry and waits for the answer. An entry is known by its key, so asking again
 * after a while adds nothing. Nothing cuts this short, because the change may be landing at this very moment:
 * where the task wants it back, or is paused, the entry is withdrawn, and the answer tells what became of it.
 */
export async function askToLand(task: Task, entry: LandingEntry): Promise<LandingResult> {
  task.isAtTrain = true;
  try {
    return await CancellationScope.nonCancellable(() => waitAtTrain(task, entry));
  } finally {
    task.isAtTrain = false;
  }
}

async function waitAtTrain(task: Task, entry: LandingEntry): Promise<LandingResult> {
  const waiting = { kind: 'landing', since: now() } as const;
  const isAnswered = () => answerTo(task, entry) !== null;
  const wantsItBack = () => isTakenBack(task) || task.state.pausedBy !== null || isAbandoned(task.state);
  for (;;) {
    const train = await ask(task, entry);
    // Its host is down, so nobody has asked.
    if (train === null) return { kind: 'withdrawn' };
    await waitFor(task, waiting, () => isAnswered() || wantsItBack(), landingPatienceMs);
    const handle = getExternalWorkflowHandle(train);
    while (!isAnswered() && wantsItBack()) {
      const { key, taskWorkflowId } = entry;
      const { leave } = task.state;
      if (leave?.why === 'down') await deliver(() => handle.signal(hostDownSignal, { host: leave.host }));
      const told = await deliver(() => handle.signal(withdrawSignal, { key, taskWorkflowId }));
      // A train that is gone has nothing at work. A train that has begun with it may take as long as checks do.
      if (!told && !isAnswered()) return { kind: 'withdrawn' };
      await waitFor(task, waiting, isAnswered, landingPatienceMs);
    }
    const answer = answerTo(task, entry);
    // Taken once: the same entry may have to be asked for again, and that answer is another one.
    task.landing = null;
    if (answer !== null) return answer;
  }
}

/** Asks for the landing; null where the host that was to do so is down. */
async function ask(task: Task, entry: LandingEntry): Promise<string | null> {
  const { project, host } = entry;
  const port = forge({ project, host, summary: `Ask to land ${shortSha(entry.sha)}` });
  try {
    return (await whileThere(task, () => port.requestLanding({ entry }))).train;
  } catch (error) {
    if (isAbandoned(task.state) && wasCancelled(error)) return null;
    throw error;
  }
}

function answerTo(task: Task, entry: LandingEntry): LandingResult | null {
  return task.landing?.key === entry.key ? task.landing.result : null;
}

/**
 * What is wrong between the work and a newer base. The agent finds that base in its files, so the work is judged
 * against it from here on, unless the files could not take it.
 */
export function faultOf(task: Task, result: Extract<LandingResult, { kind: 'conflict' | 'red' }>): Feedback {
  const { state } = task;
  const { baseSha } = result;
  if (result.kind === 'conflict' || result.takenIn?.kind === 'taken') {
    state.workspace = { ...workspaceOf(task), baseSha };
  }
  if (result.kind === 'conflict') return result;

  const { evidence, takenIn } = result;
  const isThere = takenIn?.kind === 'taken' ? ', which is in the files of the work now' : '';
  note(task, `the checks are red together with the base at ${shortSha(baseSha)}${isThere}`);
  if (takenIn?.kind === 'left') note(task, `the files of the work could not take it: ${takenIn.message}`);
  const joined = { baseSha, ...(takenIn && { takenIn }) };
  return { kind: 'checks', sha: evidence.sha, checks: failedChecks(evidence), joined };
}
