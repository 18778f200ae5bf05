import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf, until } from '../support/keeper.mjs';
import { issueOf, Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { figure } from '../support/report.mjs';

const tasks = 1_000;
const restMs = 10_000;
const patienceMs = 600_000;

/** Memory of a worker that has nothing to do: with no task, and with a thousand that wait for a person. */
export async function parked({ scope, quick, say }) {
  const program = copyProgram(scope);
  const lab = await Lab.open(scope, { program, intervalMs: 3_600_000 });
  await lab.landTask('warm');
  await sleep(restMs);
  const none = memoryOf(lab.pid);
  const count = quick ? 50 : tasks;
  for (let index = 0; index < count; index += 20)
    await Promise.all(Array.from({ length: 20 }, (_, more) => startPaused(lab, `parked-${index + more}`)));
  const waiting = "WorkflowType = 'task' AND ContinuoWaitingFor = 'paused'";
  await until(
    `${count} tasks wait`,
    async () => ((await lab.client.workflow.count(waiting)).count >= count ? true : null),
    patienceMs,
  );
  await sleep(restMs);
  const all = memoryOf(lab.pid);
  say(`  worker: ${JSON.stringify(none)} MB, with ${count} parked tasks ${JSON.stringify(all)} MB`);
  return [
    figure({ name: 'memory of a worker without tasks', unit: 'MB', value: none.rss, detail: none }),
    figure({
      name: `more with ${count} parked tasks`,
      unit: 'MB',
      value: all.rss - none.rss,
      limit: { most: 100 },
      detail: all,
    }),
  ];
}

function startPaused(lab, identifier) {
  const note = { id: `pause-${identifier}`, by: 'bench', note: '' };
  return lab.client.workflow.signalWithStart('task', {
    ...lab.taskOptions(issueOf(identifier)),
    signal: 'pause',
    signalArgs: [note],
  });
}
