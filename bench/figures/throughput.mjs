import { comparison } from '../support/report.mjs';
import { alternate, timed } from '../support/statistics.mjs';
import { openPair } from './task.mjs';

const sizes = [
  { count: 1, rounds: 5 },
  { count: 10, rounds: 5 },
  { count: 100, rounds: 1 },
];
const quickSizes = [
  { count: 1, rounds: 1 },
  { count: 10, rounds: 1 },
];

/** Tasks that are started at the same moment, in tasks per second until the last one has ended. */
export async function throughput({ scope, quick, say }) {
  const pair = await openPair(scope, say);
  const figures = [];
  for (const size of quick ? quickSizes : sizes) figures.push(await measure(pair, size, say));
  pair.floor.check();
  return figures;
}

async function measure({ lab, floor }, { count, rounds }, say) {
  const name = (side, round, index) => `${side}-${count}-${round}-${index}`;
  const rate = (ms) => (count * 1_000) / ms;
  const values = await alternate(
    rounds,
    async (round) => rate(await timed(() => all(count, (i) => lab.landTask(name('subject', round, i))))),
    async (round) => rate(await timed(() => all(count, (i) => floor.run(name('floor', round, i))))),
    (subject, bare) => say(`  ${count}: ${subject.toFixed(2)} tasks/s, floor ${bare.toFixed(2)} tasks/s`),
  );
  return comparison({
    name: `tasks per second, ${count} at a time`,
    unit: 'tasks/s',
    values,
    limit: { least: 0.8 },
  });
}

function all(count, run) {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}
