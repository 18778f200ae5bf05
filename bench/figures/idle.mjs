import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { figure } from '../support/report.mjs';

const preload = fileURLToPath(new URL('../record/preload.mjs', import.meta.url));
/** How often the tracker is looked at here, and by default. */
const intervalMs = 250;
const looksPerHour = 3_600_000 / 30_000;

/**
 * Events that a project with nothing to do writes. An idle project has no timers: all it does is look at the
 * tracker. So an hour is not waited for: the looks of at least an hour are made in a minute.
 */
export async function idle({ scope, quick, say }) {
  const recording = join(scope.folder(), 'recording.jsonl');
  const env = { CONTINUO_BENCH_RECORDING: recording };
  const lab = await Lab.open(scope, { program: copyProgram(scope), intervalMs, preload, env });
  await lab.landTask('first');
  await wait(5_000);

  const project = lab.client.workflow.getHandle(`project/${lab.project}`);
  const before = { events: (await project.describe()).historyLength, looks: countLooks(recording) };
  await wait(quick ? 10_000 : 75_000);
  const after = { events: (await project.describe()).historyLength, looks: countLooks(recording) };

  const looks = after.looks - before.looks;
  const events = after.events - before.events;
  say(`${events} events in ${looks} looks; an idle project makes ${looksPerHour} looks per hour by default`);
  if (looks === 0) throw new Error('the project did not look at its tracker');
  return [
    figure({
      name: 'idle project, for an hour',
      unit: 'events',
      value: (events / looks) * looksPerHour,
      limit: { under: 20 },
      detail: { events, looks, looksPerHour },
    }),
  ];
}

/** Each look fetches the base branch once. */
function countLooks(recording) {
  const programs = readFileSync(recording, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return programs.filter(({ activityType, argv }) => activityType === 'watch' && argv.includes('fetch'))
    .length;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
