import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { expect } from '@jest/globals';
import type { Observation } from '../../src/domain/observation.js';
import { compareWithKnown } from '../../src/domain/observation.js';
import type { Known, Poll, ProjectState } from '../../src/domain/project.js';
import { isQuiet, newProject, projectWorkflowId } from '../../src/domain/project.js';
import { knownQuery, projectQuery } from '../../src/workflows/messages.js';
import type { project } from '../../src/workflows/project.js';
import type { FakePorts } from './fake-ports.js';
import { completedTurn, testConfig, testIssue } from './fake-ports.js';
import type { Rig } from './workflow-rig.js';

/** Tasks that hold their slots from the first look to the last. */
const lasting = 3;

/** Eligible issues in a tracker, of which each look finds some that can be started. */
export interface ManyIssues {
  issues: number;
  /** Looks that there have to be at least. */
  looks: number;
  /** Slots for tasks that are over at once. */
  slots: number;
}

/**
 * Has a project claim all of them, over as many runs as that takes, and returns how long the history of each run is.
 * Fails when an issue is claimed twice, or never.
 */
export async function claimAll(rig: Rig, ports: FakePorts, many: ManyIssues): Promise<number[]> {
  const config = testConfig({ maxConcurrent: many.slots + lasting });
  const ids = Array.from({ length: many.issues }, (_, index) => `issue-${String(index).padStart(5, '0')}`);
  const open = new Map(ids.map((id) => [id, testIssue({ id, identifier: id })]));
  const isLasting = (id: string) => ids.indexOf(id) < lasting;
  const claims = new Map<string, number>();
  let looks = 0;
  let isOver = false;

  const look = (known: Known): Poll => {
    const sightings = [...open.values()].map((issue) => ({ issue, fingerprint: issue.id }));
    const live = sightings.filter(({ issue }) => Object.hasOwn(known.tasks, issue.id));
    const seen: Observation = {
      ...{ config, dispatching: true, active: sightings, refreshed: live, malformed: [] },
      ...{ problems: known.problems, closed: [] },
    };
    looks += 1;
    return compareWithKnown(known, seen);
  };
  const workflowId = projectWorkflowId(rig.project);
  const handle = rig.env.client.workflow.getHandle<typeof project>(workflowId);
  let asking: Promise<unknown> = Promise.resolve();
  /** Null while the project is too busy to answer. */
  const ask = (): Promise<Known | null> => {
    const known = handle.query(knownQuery).catch(() => null);
    asking = known;
    return known;
  };
  ports.usually('poll', ({ known }) => look(known));
  ports.usually('watch', async () => {
    for (;;) {
      Context.current().heartbeat();
      const known = isOver ? null : await ask();
      const poll = known && look(known);
      if (poll && !isQuiet(poll)) return poll;
      await sleep(20, undefined, { signal: Context.current().cancellationSignal });
    }
  });
  ports.usually('claim', ({ issueId }) => {
    const closed = { kind: 'ineligible' as const, reason: 'it is closed', isTerminal: true as const };
    // A look may be older than the task that another look has started; the claim finds out.
    if (!open.has(issueId)) return closed;
    claims.set(issueId, (claims.get(issueId) ?? 0) + 1);
    const issue = testIssue({ id: issueId, identifier: issueId });
    if (isLasting(issueId)) return { kind: 'claimed', issue };
    open.delete(issueId);
    return closed;
  });
  ports.usually('runTurn', async () => {
    while (!isOver) {
      Context.current().heartbeat();
      await sleep(100, undefined, { signal: Context.current().cancellationSignal });
    }
    return completedTurn('did it');
  });

  await rig.env.client.workflow.start('project', {
    workflowId,
    taskQueue: rig.queue,
    args: [newProject(rig.project, config, 'host')],
  });
  try {
    const state = await settled(() => handle.query(projectQuery));
    expect(Object.values(state.tasks).map(({ issue, slot }) => [issue.id, slot])).toEqual(
      ids.slice(0, lasting).map((id) => [id, 'held']),
    );
    expect([...claims.keys()].sort()).toEqual(ids);
    expect(new Set(claims.values())).toEqual(new Set([1]));
    expect(looks).toBeGreaterThanOrEqual(many.looks);
    isOver = true;
    const done = await settled(() => handle.query(projectQuery), 0);
    expect(done.tasks).toEqual({});
  } finally {
    isOver = true;
    await asking;
    await handle.terminate();
  }
  return historyLengths(rig, workflowId);

  /** The state when nothing is left in the tracker but so many issues, and no more tasks are live. */
  async function settled(query: () => Promise<ProjectState>, left = lasting): Promise<ProjectState> {
    for (;;) {
      const state = await query().catch(() => null);
      if (state && Object.keys(state.tasks).length === left && open.size === lasting) return state;
      await sleep(200);
    }
  }
}

async function historyLengths({ env }: Rig, workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  const runs = env.client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
  for await (const { historyLength } of runs) lengths.push(historyLength);
  return lengths;
}
