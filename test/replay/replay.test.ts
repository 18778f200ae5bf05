import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../support/temporal.js';
import type { StoredEvent } from './late-entry.js';
import { withLateEntry } from './late-entry.js';
import { recordHistories } from './record.js';
import { budgetScenarios } from './budget-scenarios.js';
import { continuationScenarios } from './continuation-scenarios.js';
import { hostScenarios } from './host-scenarios.js';
import { changeScenarios } from './change-scenarios.js';
import { landingScenarios } from './landing-scenarios.js';
import { scheduleScenarios } from './schedule-scenarios.js';
import { scenarios as taskScenarios } from './scenarios.js';

const scenarios = [
  ...taskScenarios,
  ...changeScenarios,
  ...landingScenarios,
  ...budgetScenarios,
  ...continuationScenarios,
  ...scheduleScenarios,
  ...hostScenarios,
];
const folder = fileURLToPath(new URL('histories', import.meta.url));

/**
 * `missing` records the histories that are not stored yet; `all` records every one anew, after a change
 * that no released version has to replay.
 */
const records = process.env.RECORD_HISTORIES;
const isStored = (name: string) => existsSync(`${folder}/${name}.json`);

interface StoredHistory {
  workflowId: string;
  events: StoredEvent[];
}

function read(name: string): StoredHistory {
  return JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')) as StoredHistory;
}

/** Keys are made of the workflow's id, so a replay must have the same one. */
async function replay({ workflowId, events }: StoredHistory): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, { events }, workflowId);
}

describe('stored histories', () => {
  beforeAll(async () => {
    if (records === undefined) return;
    const wanted = scenarios.filter(({ name }) => records === 'all' || !isStored(name));
    await recordHistories(folder, wanted);
  }, 300_000);

  it('cover every way through the state machine', () => {
    const stored = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
    expect(stored.sort()).toEqual(scenarios.map(({ name }) => name).sort());
  });

  it.each(scenarios.map(({ name }) => name))('replays %s', async (name) => {
    await replay(read(name));
  });

  it('has a train go on with an entry that comes while its last handler is at work', async () => {
    const history = read('landing-of-a-base-that-moved');
    await replay({ ...history, events: withLateEntry(history.events) });
  });

  it('fails on a history that the code would not have written', async () => {
    const history = read('straight');
    const first = history.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
    first!.activityTaskScheduledEventAttributes!.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});
