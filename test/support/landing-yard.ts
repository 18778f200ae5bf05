import { expect } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { landingWorkflowId } from '../../src/domain/landing.js';
import type { LandingQueue } from '../../src/domain/landing-queue.js';
import type { StackTop } from '../../src/workflows/ports.js';
import { queueQuery } from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import type { FakePorts } from './fake-ports.js';
import { heldUntil, testConfig } from './fake-ports.js';
import type { Rig } from './workflow-rig.js';

type TaskHandle = WorkflowHandle<typeof task>;

/** Tasks that wait behind one that is at work, and the train that lands them. */
export interface Yard {
  tasks: Record<string, TaskHandle>;
  /** Lets the train go on with what waits. */
  open: () => void;
}

export function trainOf(rig: Rig) {
  return rig.env.client.workflow.getHandle(landingWorkflowId(rig.project, 'main'));
}

export async function queueOf(rig: Rig): Promise<LandingQueue> {
  return trainOf(rig).query(queueQuery);
}

/** The commit of a change says what it stands on: `c on b on a`. */
export function candidateOf(identifier: string, onto?: StackTop): string {
  return onto === undefined ? identifier : `${identifier} on ${onto.sha}`;
}

/** Makes candidates that tell what they stand on. */
export function tellingCandidates(ports: FakePorts): void {
  ports.usually('rebase', ({ entry, onto }) => ({
    kind: 'ready',
    candidate: { sha: candidateOf(entry.identifier, onto), baseSha: onto?.sha ?? 'base' },
  }));
}

/** Queues up tasks, in this order, behind one that is called `first` and is being rebased. */
export async function fillYard(
  rig: Rig,
  ports: FakePorts,
  names: readonly string[],
  { batch = 1 }: { batch?: number } = {},
): Promise<Yard> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  ports.next('rebase', async () => {
    await heldUntil(opened);
    return { kind: 'ready', candidate: { sha: 'first', baseSha: 'base' } };
  });
  const config = testConfig({ batch });
  const tasks: Yard['tasks'] = {};
  for (const identifier of ['first', ...names]) {
    tasks[identifier] = await rig.start({ issue: { identifier }, config });
    await rig.until(tasks[identifier], ({ waiting }) => waiting?.kind === 'landing');
    await untilQueued(rig, identifier);
  }
  return { tasks, open };
}

async function untilQueued(rig: Rig, identifier: string): Promise<void> {
  const deadline = Date.now() + 100_000;
  for (;;) {
    const queue = await queueOf(rig).catch(() => null);
    if (queue?.entries.some(({ task }) => task === identifier)) return;
    if (Date.now() > deadline) throw new Error(`${identifier} was never queued`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Shas that were verified to become the head, and those that became it. */
export function verified(ports: FakePorts): string[] {
  return ports
    .inputs('verify')
    .filter(({ overlay }) => !overlay)
    .map(({ sha }) => sha);
}

export function heads(ports: FakePorts): string[] {
  return ports.inputs('merge').map(({ candidate }) => candidate.sha);
}

export async function expectDone(handle: TaskHandle | undefined, landedSha: string): Promise<void> {
  expect(await handle?.result()).toEqual({ outcome: 'done', landedSha });
}
