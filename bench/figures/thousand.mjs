import { availableParallelism } from 'node:os';
import { Floor } from '../floor/floor.mjs';
import { recordPlan } from '../record/plan.mjs';
import { memoryOf } from '../support/keeper.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { beside, figure } from '../support/report.mjs';
import { timed } from '../support/statistics.mjs';

/** As many as are enough to know the rate; the floor has no state that would grow. */
const floorTasks = 100;

/**
 * A thousand tasks whose agents write one file, started at once, until the last one has landed. They run on an engine of the
 * lab's own, or on the one that `TEMPORAL_ADDRESS` names.
 */
export async function thousand({ scope, quick, say }) {
  const count = quick ? 20 : 1_000;
  const address = process.env.TEMPORAL_ADDRESS ?? null;
  const program = copyProgram(scope);
  const plan = await recordPlan(scope, program);
  // More agents than processors would take these from the landings, which come one after another.
  const atOnce = availableParallelism();
  const lab = await Lab.open(scope, { program, address, agents: atOnce });
  const floor = await Floor.open(scope, { lab, plan });
  // On a server that is not the bench's own, another run may have left its names.
  const names = (side, length) => Array.from({ length }, (_, index) => `${side}-${process.pid}-${index}`);
  await lab.landTask(`warm-${process.pid}`);

  let landed = 0;
  const ms = await timed(() =>
    Promise.all(
      names('subject', count).map(async (name) => {
        await lab.landTask(name);
        landed += 1;
        if (landed % 50 === 0) say(`  ${landed} of ${count} have landed`);
      }),
    ),
  );
  const memory = memoryOf(lab.pid);
  const bare = names('floor', Math.min(floorTasks, count));
  const floorMs = await timed(() => inTurn(bare, atOnce, (name) => floor.run(name)));
  floor.check();
  const rate = (tasks, time) => (tasks * 1_000) / time;
  return [
    beside({
      name: `${count} tasks at once`,
      unit: 'tasks/s',
      value: rate(count, ms),
      floor: rate(bare.length, floorMs),
    }),
    figure({ name: 'memory of their worker, highest', unit: 'MB', value: memory.highest, detail: memory }),
  ];
}

/** Runs all, at most so many at the same time. */
async function inTurn(names, atOnce, run) {
  const left = [...names];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) await run(name);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
