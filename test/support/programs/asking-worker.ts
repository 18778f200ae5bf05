// A worker of its own process, with the agent activities on a real keeper and an agent that asks or listens, and a test's
// ports for all else. Its settings are on the command line as JSON.
import { NativeConnection, Worker } from '@temporalio/worker';
import { activityQueue } from '../../../src/domain/queue.js';
import { TestHost } from '../../activities/agent/host.js';
import type { AskingKind } from '../asking-backend.js';
import { askingAgent } from '../asking-backend.js';
import { FakePorts } from '../fake-ports.js';

export interface AskingSettings {
  address: string;
  queue: string;
  project: string;
  codePath: string;
  folder: string;
  sections: string;
  kind: AskingKind;
  /** The agent's program. */
  agent: string;
}

const settings = JSON.parse(process.argv[2] ?? '') as AskingSettings;
const { address, queue, project, codePath, folder, sections, kind, agent } = settings;
const createAgent = askingAgent(kind, agent);
const host = new TestHost(sections, undefined, process.env, { createAgent, folder });
const ports = new FakePorts().usually('prepare', ({ headSha }) => ({
  kind: 'ready',
  workspace: { ...host.input.workspace, host: 'host' },
  headSha,
  notes: [],
}));

const connection = await NativeConnection.connect({ address });
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: queue, workflowBundle: { codePath } }),
  Worker.create({
    connection,
    taskQueue: activityQueue(queue, project, 'host'),
    activities: { ...ports.activities(), ...host.activities },
    maxHeartbeatThrottleInterval: '100ms',
    defaultHeartbeatThrottleInterval: '100ms',
  }),
]);
console.log('up');
await Promise.all(workers.map((worker) => worker.run()));
