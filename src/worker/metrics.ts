import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import type { Logger } from '../activities/host.js';
import { waitingKinds } from '../domain/waiting.js';
import { keyword } from '../workflows/search-attributes.js';

/** Bounds of our histograms; the SDK has its own. A phase may take a second or a day, a turn a cent or many dollars. */
export const histogramBuckets: Record<string, number[]> = {
  continuo_phase_duration_seconds: [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400],
  continuo_cost_usd: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25],
};

const lookEveryMs = 10_000;

/**
 * Keeps the gauges of a project's open tasks: Temporal counts them, so that they are right whichever worker a task is with,
 * and after each restart. Until the signal.
 */
export function countTasks(client: Client, project: string, log: Logger, signal: AbortSignal): void {
  const meter = Runtime.instance().metricMeter;
  const running = meter.createGauge('continuo_tasks_running', 'int', '', 'Open tasks that wait for nothing');
  const waiting = meter.createGauge('continuo_tasks_waiting', 'int', '', 'Open tasks by what they wait for');
  const open = `WorkflowType = 'task' AND ExecutionStatus = 'Running' AND ContinuoProject = '${quoted(project)}'`;
  const count = async (which: string) => (await client.workflow.count(`${open} AND ${which}`)).count;

  async function look(): Promise<void> {
    running.set(await count('ContinuoWaitingFor IS NULL'), { project });
    for (const reason of waitingKinds)
      waiting.set(await count(`ContinuoWaitingFor = '${reason}'`), { project, reason });
  }

  async function lookAgain(): Promise<void> {
    while (!signal.aborted) {
      await look().catch((error: unknown) => log.debug('open tasks cannot be counted', { error }));
      await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  void lookAgain();
}

function quoted(project: string): string {
  return keyword(project).replaceAll("'", "''");
}
