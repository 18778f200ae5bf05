import { randomUUID } from 'node:crypto';
import { summarizeIssue } from '../../src/domain/issue.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { activityQueue } from '../../src/domain/queue.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import type { project } from '../../src/workflows/project.js';
import type { task } from '../../src/workflows/task.js';
import type { FakePorts } from '../support/fake-ports.js';
import {
  completedTurn,
  heldUntil,
  quietPoll,
  testConfig,
  testIssue,
  testWorkspace,
} from '../support/fake-ports.js';
import type { Rig } from '../support/workflow-rig.js';
import { startHost } from '../support/workflow-workers.js';
import type { Scenario } from './scenarios.js';

/** A task that leaves a host that is drained, and the project that has it do so. */
export const hostScenarios: Scenario[] = [
  { name: 'task-that-moved', play: async (rig, ports) => (await playMove(rig, ports)).moved },
  { name: 'project-with-two-hosts', play: async (rig, ports) => (await playMove(rig, ports)).project },
];

async function playMove(rig: Rig, ports: FakePorts) {
  const endOther = await startHost(rig.env, ports, activityQueue(rig.queue, rig.project, 'a'));
  try {
    const at = (host: string) => {
      ports.usually('prepare', ({ headSha }) => ({
        kind: 'ready',
        workspace: { ...testWorkspace, host },
        headSha,
        notes: [],
      }));
    };
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    ports.next('runTurn', async () => {
      await heldUntil(released);
      return completedTurn('did it');
    });
    at('a');
    const { workflow } = rig.env.client;
    const handle = await workflow.start<typeof project>('project', {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
    await handle.signal(messages.configureSignal, { config: testConfig(), host: 'host' });
    await handle.signal(messages.hostJoinedSignal, { host: 'a', config: testConfig().hash });
    const one = { issue: summarizeIssue(testIssue()), fingerprint: 'print' };
    const isSettled = async () => 'one' in (await handle.query(messages.projectQuery)).settled;
    while (!('a' in (await handle.query(messages.projectQuery)).hosts)) await pause();
    ports.next('poll', { ...quietPoll, candidates: [one] });
    await handle.signal(messages.refreshSignal);
    while (ports.inputs('runTurn').length === 0) await pause();
    at('host');
    const drain = { id: randomUUID(), by: 'ann', host: 'a', undo: false };
    await handle.executeUpdate(messages.drainUpdate, { args: [drain] });
    release();
    while (!(await isSettled())) await pause();
    const moved = workflow.getHandle<typeof task>(taskWorkflowId(rig.project, 'one'));
    return { moved, project: handle };
  } finally {
    await endOther();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
