import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram } from '../../src/worker/engine/binary.js';
import { temporal } from '../../src/worker/engine/programs.js';
import { FakePorts } from '../support/fake-ports.js';
import { startTimeSkippingServer } from '../support/temporal.js';
import { openRig } from '../support/workflow-rig.js';
import type { Scenario } from './scenarios.js';

/** Plays the scenarios and stores its history with the workflow's id, one file each. */
export async function recordHistories(folder: string, scenarios: readonly Scenario[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const env = await startTimeSkippingServer();
  try {
    for (const { name, play } of scenarios) {
      const ports = new FakePorts();
      const { rig, close } = await openRig(env, ports);
      try {
        const handle = await play(rig, ports);
        const history = await showHistory(handle.workflowId, env.address);
        await writeFile(
          `${folder}/${name}.json`,
          `${JSON.stringify({ workflowId: handle.workflowId, ...history })}\n`,
        );
      } finally {
        await close();
      }
    }
  } finally {
    await env.teardown();
  }
}

/** The history as the Temporal CLI exports it, which is how people take one from a cluster. */
async function showHistory(workflowId: string, address: string): Promise<object> {
  const { path } = await findProgram(temporal, process.env, () => undefined);
  const args = ['workflow', 'show', '--workflow-id', workflowId, '--address', address, '--output', 'json'];
  const { stdout } = await promisify(execFile)(path, args, { maxBuffer: 64 * 1024 * 1024 });
  // Stack traces have paths of the machine in them, and no replay looks at them.
  return JSON.parse(stdout, (key, value: unknown) => (key === 'stackTrace' ? '' : value)) as object;
}
