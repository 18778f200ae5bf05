import { Floor } from '../floor/floor.mjs';
import { recordPlan } from '../record/plan.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { comparison } from '../support/report.mjs';
import { alternate, timed } from '../support/statistics.mjs';

/** The product beside its floor, both warm. */
export async function openPair(scope, say) {
  const program = copyProgram(scope);
  const plan = await recordPlan(scope, program);
  const counts = countPrograms(plan);
  const activities = plan.groups.flat().length;
  say(`one task: ${activities} activities, ${counts.total} programs (${counts.text})`);
  const lab = await Lab.open(scope, { program });
  const floor = await Floor.open(scope, { lab, plan });
  await lab.landTask('subject-warm');
  await floor.run('floor-warm');
  return { lab, floor, plan, counts };
}

/** One task that does next to nothing, from its start to its end. */
export async function task({ scope, quick, say }) {
  const { lab, floor, plan, counts } = await openPair(scope, say);
  const values = await alternate(
    quick ? 3 : 11,
    (round) => timed(() => lab.landTask(`subject-${round}`)),
    (round) => timed(() => floor.run(`floor-${round}`)),
    (subject, bare) => say(`  task ${subject.toFixed(0)} ms, floor ${bare.toFixed(0)} ms`),
  );
  floor.check();
  return [
    comparison({
      name: 'one task that does nothing',
      unit: 'ms',
      values,
      limit: { most: 1.3 },
      detail: { programs: counts, activities: plan.groups.map((group) => group.map(describe)) },
    }),
  ];
}

function describe({ type, batches }) {
  return { type, programs: batches.flat().map(({ argv, durationMs }) => `${nameOf(argv)} ${durationMs} ms`) };
}

function countPrograms({ groups }) {
  const names = groups.flat().flatMap(({ batches }) => batches.flat().map(({ argv }) => nameOf(argv)));
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  const text = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return { total: names.length, counts, text };
}

/** `git <verb>`, or the program. */
function nameOf(argv) {
  if (argv[0] !== 'git') return argv[0];
  const verb = argv.slice(1).find((arg, index, all) => !arg.startsWith('-') && all[index - 1] !== '-c');
  return `git ${verb ?? '--version'}`;
}
