import { execFileSync } from 'node:child_process';
import { git } from '../support/repository.mjs';
import { addTasks } from '../support/issues.mjs';
import { until } from '../support/keeper.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';
import { beside } from '../support/report.mjs';
import { median, timed } from '../support/statistics.mjs';

const issues = 1_000;
const slots = 10;

/**
 * A look at 1,000 eligible issues while ten tasks hold all slots: from the moment at which the server has scheduled it until
 * the scheduler has done with what it found. The floor reads the same files with git, and knows nothing.
 */
export async function backlog({ scope, quick, say }) {
  const program = copyProgram(scope);
  const lab = await Lab.open(scope, { program, intervalMs: 3_600_000, before: 'sleep 3600', agents: slots });
  addTasks(
    lab.repository,
    Array.from({ length: issues }, (_, index) => `issue-${index}`),
  );
  const project = lab.client.workflow.getHandle(`project/${lab.project}`);
  await project.signal('refresh');
  const running = "WorkflowType = 'task' AND ExecutionStatus = 'Running'";
  await until('all slots are taken', async () =>
    (await lab.client.workflow.count(running)).count === slots ? true : null,
  );
  const floors = [];
  for (let round = 0; round < (quick ? 3 : 20); round += 1) {
    const before = (await looksOf(project)).length;
    await project.signal('refresh');
    await until('it has looked', async () => ((await looksOf(project)).length > before ? true : null));
    floors.push(await timed(() => readAll(lab.repository)));
  }
  const looks = await looksOf(project);
  say(`  looks at ${issues} issues: ${looks.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  const common = { unit: 'ms', floor: median(floors), detail: { looks, floors } };
  return [
    beside({ name: `a look at ${issues} issues, median`, value: median(looks), ...common }),
    beside({
      name: `a look at ${issues} issues, longest`,
      value: Math.max(...looks),
      limit: { most: 1_000 },
      ...common,
    }),
  ];
}

function readAll(repository) {
  const ids = git(repository, 'ls-tree', '-r', '--format=%(objectname)', 'main', 'tasks/');
  execFileSync('git', ['-C', repository, 'cat-file', '--batch'], { input: `${ids}\n`, maxBuffer: 1e9 });
}

/** Each look that somebody asked for, with the workflow task that follows it, in ms. */
async function looksOf(project) {
  const { events } = await project.fetchHistory();
  const at = ({ eventTime }) => Number(eventTime.seconds) * 1_000 + eventTime.nanos / 1_000_000;
  return events.flatMap((event) => {
    const { activityTaskScheduledEventAttributes: scheduled, eventId } = event;
    if (scheduled?.activityType.name !== 'poll') return [];
    const completed = events.findIndex(({ activityTaskCompletedEventAttributes: done }) =>
      done?.scheduledEventId?.equals(eventId),
    );
    const applied = events.slice(completed).find((one) => one.workflowTaskCompletedEventAttributes);
    return completed === -1 || applied === undefined ? [] : [at(applied) - at(event)];
  });
}
