import { WorkflowNotFoundError } from '@temporalio/client';
import { landingWorkflowId } from '../../domain/landing.js';
import type { LandingQueue, QueueLine } from '../../domain/landing-queue.js';
import { prioritizeUpdate, queueQuery, removeUpdate } from '../../workflows/messages.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { hasNoWorker } from '../grpc.js';
import type { Invocation } from '../invocation.js';
import { newMessage, sendMessage } from '../message.js';
import { pendingError } from '../pending-error.js';
import { showProgress } from '../progress.js';
import type { OpenProject } from '../project.js';
import { renderTable } from '../table.js';
import { formatSpan } from '../time.js';

/** What a person may do with the entry of a task. */
const queueActions = { front: prioritizeUpdate, remove: removeUpdate } as const;

const queryMs = 3_000;

/** Shows what is to land on the project's base, in order. */
export async function showQueue(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine, project) => {
    const { train, base, empty } = trainOf(project);
    const queue = await lookAtQueue(engine, train, empty);
    if (json) {
      out.json(queue);
      return;
    }
    const { entries, remarks, problem } = queue;
    if (entries.length === 0) out.remark(`Nothing is to land on ${base} now. What waits for the base is queued again by itself.`);
    else for (const line of renderTable(entries, columns, out.width)) out.line(line);
    if (problem !== null) out.remark(`It is tried again after a failure: ${problem}`);
    for (const remark of remarks) out.remark(remark);
  });
}

/** Moves the entry of a task to the front, or takes it out of the queue. */
export async function changeQueue(
  invocation: Invocation,
  action: keyof typeof queueActions,
  task: string,
): Promise<void> {
  const { out, json, by, stderr } = invocation;
  await withEngine(invocation, async (engine, project) => {
    const { train, base } = trainOf(project);
    const message = { ...newMessage(by), project: engine.project, task };
    const sent = await showProgress(stderr, `Telling the queue of ${base}`, () =>
      sendMessage(engine, train, queueActions[action], message).catch((error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? notQueued(task, base) : error;
      }),
    );
    const { id, kind: result, message: text } = sent;
    if (json) out.json({ task, command: queueActions[action].name, id, by, result, message: text });
    else out.line(text);
    if (result === 'recorded') out.remark('No worker is running. Start one: continuo up');
  });
}

const columns = [
  { title: 'TASK', cell: ({ task }: QueueLine) => task, flexible: true },
  { title: 'COMMIT', cell: ({ sha }: QueueLine) => sha.slice(0, 12) },
  { title: 'NOW', cell: ({ step, stepSince }: QueueLine) => doing(step, stepSince) },
  { title: 'TITLE', cell: ({ title }: QueueLine) => title, flexible: true },
  { title: 'WAITING', cell: ({ since }: QueueLine) => spanSince(since) },
];

function doing(step: QueueLine['step'], since: string | null): string {
  return step === null ? '' : `${step}, ${spanSince(since ?? '')}`;
}

function spanSince(time: string): string {
  return formatSpan(Math.max(Date.now() - Date.parse(time), 0));
}

function trainOf({ config: { repository, land, file } }: OpenProject): {
  train: string;
  base: string;
  empty: LandingQueue;
} {
  if (repository === null || land === undefined) {
    throw new CliError(ExitCode.usage, `nothing lands: ${file} has no section land`);
  }
  const { id, base } = repository;
  return {
    train: landingWorkflowId(id, base),
    base,
    empty: { repository: id, base, entries: [], remarks: [] },
  };
}

/** The queue, and the last failure of what is being tried again. A train that has never run is an empty one. */
async function lookAtQueue(
  engine: Engine,
  train: string,
  empty: LandingQueue,
): Promise<LandingQueue & { problem: string | null }> {
  const handle = engine.client.workflow.getHandle(train);
  try {
    const description = await engine.call(() => handle.describe());
    const queue = await engine.call(() => handle.query(queueQuery), queryMs);
    return { ...queue, problem: pendingError(description)?.message ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { ...empty, problem: null };
    if (!hasNoWorker(error)) throw error;
    throw new CliError(
      ExitCode.failed,
      'no worker is running, so the queue cannot be read',
      'start one: continuo up',
      { cause: error },
    );
  }
}

function notQueued(task: string, base: string): CliError {
  return new CliError(
    ExitCode.refused,
    `refused: ${task} is not in the queue of ${base}`,
    'see the queue: continuo queue',
  );
}
