import { setTimeout as sleep } from 'node:timers/promises';
import { Floor } from '../floor/floor.mjs';
import { recordPlan } from '../record/plan.mjs';
import { openServer } from '../support/engine.mjs';
import { addTasks, readLanded } from '../support/issues.mjs';
import { until } from '../support/keeper.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { beside } from '../support/report.mjs';
import { median, timed } from '../support/statistics.mjs';

const intervalMs = 1_000;
const noted = 'mkdir -p notes && date +%s%3N > "notes/$CONTINUO_TASK.started"';

/**
 * From a task file that has come to be on the base until its agent runs: at an interval of a second, and when somebody
 * asks for a look. The floor is a bare workflow that runs the programs which come before the agent's.
 */
export async function starts({ scope, quick, say }) {
  const program = copyProgram(scope);
  const plan = await recordPlan(scope, program);
  const turn = plan.groups.findIndex((group) => group.some(({ type }) => type === 'runTurn'));
  const address = await openServer(scope);
  const ways = [
    { name: 'at an interval of 1 s', intervalMs, most: intervalMs + 300, ask: async () => undefined },
    {
      name: 'by refresh',
      intervalMs: 3_600_000,
      most: 500,
      ask: (lab) => lab.client.workflow.getHandle(`project/${lab.project}`).signal('refresh'),
    },
  ];
  const figures = [];
  for (const way of ways) {
    const own = scope.child();
    const lab = await Lab.open(own, { program, address, intervalMs: way.intervalMs, before: noted });
    const floor = await Floor.open(own, { lab, plan: { ...plan, groups: plan.groups.slice(0, turn) } });
    await floor.run(`warm-${way.intervalMs}`);
    await startOne(lab, 'warm', way);
    const values = { subject: [], floor: [] };
    for (let round = 0; round < (quick ? 2 : 15); round += 1) {
      // Looks come at any moment of the second.
      await sleep(Math.random() * intervalMs);
      values.subject.push(await startOne(lab, `issue-${round}`, way));
      values.floor.push(await timed(() => floor.run(`${way.intervalMs}-${round}`)));
      say(
        `  ${way.name}: ${values.subject.at(-1)} ms, floor without a tracker ${values.floor.at(-1).toFixed(0)} ms`,
      );
    }
    await own.close();
    const common = { unit: 'ms', floor: median(values.floor), limit: { most: way.most }, detail: values };
    const name = `issue to agent, ${way.name}`;
    figures.push(beside({ name: `${name}, median`, value: median(values.subject), ...common }));
    figures.push(beside({ name: `${name}, slowest`, value: Math.max(...values.subject), ...common }));
  }
  return figures;
}

/** How long it took until the agent ran, in ms; returns when the task has landed. */
async function startOne(lab, identifier, { ask }) {
  addTasks(lab.repository, [identifier]);
  const appearedAt = Date.now();
  await ask(lab);
  const path = `notes/${identifier}.started`;
  const startedAt = await until(`${identifier} lands`, async () => readLanded(lab.repository, path));
  return Number(startedAt) - appearedAt;
}
