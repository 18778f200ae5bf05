import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { keepSchedules } from '../../../src/activities/schedules/keep.js';
import { parseConfig } from '../../../src/config/parse.js';
import { scheduleId } from '../../../src/domain/schedule.js';
import type { Engine } from '../../../src/worker/engine/index.js';
import { searchAttributeKeys } from '../../../src/workflows/search-attributes.js';
import { workflowText } from '../../config/workflow-file.js';
import { until, withData } from '../../support/engine.js';

const hourMs = 3_600_000;
/** The shortest window that a server knows. */
const shortestWindowMs = 10_000;

async function withClient<T>({ address }: Engine, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe('a schedule that was due while the engine was down', () => {
  it('is caught up once within its window, and not beyond', async () => {
    await withData(async (_, open) => {
      const schedules =
        '[{ name: ours, cron: "@yearly", prompt: p }, { name: short, cron: "@yearly", prompt: p }]';
      const config = parseConfig('/shop/WORKFLOW.md', workflowText({ schedules }), {});
      let due = 0;
      const first = await open();
      await withClient(first, async (client) => {
        await client.connection.operatorService
          .addSearchAttributes({
            namespace: first.namespace,
            searchAttributes: Object.fromEntries(searchAttributeKeys.map(({ name }) => [name, 2])),
          })
          .catch(() => undefined);
        await until(() =>
          keepSchedules({ client, queue: 'nobody' }, config, []).then(
            () => true,
            () => false,
          ),
        );
        // After the engine has stopped, on a busy machine too.
        due = Math.ceil(Date.now() / 1000) * 1000 + 15_000;
        // The same but for the time, which a cron expression cannot put so near.
        for (const name of ['ours', 'short']) {
          await client.schedule.getHandle(scheduleId('shop', name)).update(({ action, policies, state }) => ({
            action,
            state,
            policies: name === 'ours' ? policies : { ...policies, catchupWindow: shortestWindowMs },
            spec: { intervals: [{ every: hourMs, offset: due % hourMs }] },
          }));
        }
      });
      await first.stop();
      await sleep(Math.max(due + 2 * shortestWindowMs - Date.now(), 0));

      await withClient(await open(), async (client) => {
        const describeIt = (name: string) => client.schedule.getHandle(scheduleId('shop', name)).describe();
        await until(async () => (await describeIt('ours')).info.recentActions.length > 0);
        const { recentActions } = (await describeIt('ours')).info;
        expect(recentActions.map(({ scheduledAt }) => scheduledAt.getTime())).toEqual([due]);
        await until(async () => (await describeIt('short')).info.numActionsMissedCatchupWindow > 0);
        expect((await describeIt('short')).info.recentActions).toEqual([]);
      });
    });
  });
});
