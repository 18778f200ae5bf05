import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openServer } from '../support/engine.mjs';
import { attachedAfter, generations, hello, until } from '../support/keeper.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { figure } from '../support/report.mjs';
import { median } from '../support/statistics.mjs';

const ways = [
  { name: 'after kill -9', signal: 'SIGKILL', most: 5_000 },
  { name: 'after a deploy', signal: 'SIGTERM', most: 3_000 },
];

/**
 * How long an agent in the middle of its turn has nobody: from the start of the next `continuo up` until that one
 * is attached to the agent's keeper. The server runs elsewhere and goes on, as where workers are deployed.
 */
export async function takeover({ scope, quick, say }) {
  const address = await openServer(scope);
  const lab = await Lab.open(scope, { program: copyProgram(scope), address, before: 'sleep 3600' });
  await lab.startTask('long');
  const places = join(lab.data, 'runs', lab.project, 'long', 'keepers');
  const generation = await until('the agent runs', async () => generations(places)[0] ?? null);
  await attachedAfter(generation, 0);

  const figures = [];
  for (const way of ways) {
    const rounds = [];
    for (let round = 0; round < (quick ? 2 : 10); round += 1) {
      rounds.push(await replaceWorker(lab, generation, way.signal));
      const { fromStart, alone, ready } = inWholeMs(rounds.at(-1));
      say(
        `  ${way.name}: attached after ${fromStart} ms (worker ready after ${ready}), alone for ${alone} ms`,
      );
    }
    figures.push(...figuresOf(way, rounds));
  }
  if (generations(places).length !== 1) throw new Error('the agent was started again');
  return figures;
}

async function replaceWorker(lab, generation, signal) {
  const { epoch } = await hello(generation);
  const endedAt = performance.now();
  await lab.stop(signal);
  const startedAt = performance.now();
  const now = () => performance.now();
  const [attachedAt, readyAt] = await Promise.all([
    attachedAfter(generation, epoch).then(now),
    lab.start().then(now),
  ]);
  return { fromStart: attachedAt - startedAt, alone: attachedAt - endedAt, ready: readyAt - startedAt };
}

function inWholeMs(times) {
  return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, Math.round(ms)]));
}

function figuresOf({ name, most }, rounds) {
  const values = rounds.map(({ fromStart }) => fromStart);
  const limit = { most };
  const detail = { rounds };
  return [
    figure({ name: `attached ${name}, median`, unit: 'ms', value: median(values), limit, detail }),
    figure({ name: `attached ${name}, slowest`, unit: 'ms', value: Math.max(...values), limit }),
  ];
}
