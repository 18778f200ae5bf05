import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lab } from '../support/lab.mjs';

const preload = fileURLToPath(new URL('preload.mjs', import.meta.url));

/**
 * Lets the product land a task and returns what the floor has to do for one: its activities in the
 * order in which workflows scheduled them, those that ran at the same time together, and the programs of
 * each. `recordedIn` and `identifier` are what another task has to replace by its own.
 */
export async function recordPlan(scope, program) {
  const own = scope.child();
  try {
    const file = join(own.folder(), 'recording.jsonl');
    const lab = await Lab.open(own, { program, preload, env: { CONTINUO_BENCH_RECORDING: file } });
    await lab.landTask('first');
    const identifier = await landAfterAnother(lab);
    const programs = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => withoutKeeper(JSON.parse(line)));
    const groups = await activitiesOf(lab, identifier);
    return {
      recordedIn: lab.folder,
      identifier,
      groups: groups.map((group) => group.map((activity) => withPrograms(activity, programs))),
    };
  } finally {
    await own.close();
  }
}

/** What a keeper was to run, as if it had been run by itself: keeper and containment are what the product adds. */
function withoutKeeper(program) {
  if (!program.argv.some((arg) => basename(arg) === 'keeper.js')) return program;
  const { argv, cwd, env, io } = JSON.parse(program.input);
  // Each word of the containment ends its own options by `--`; the command comes last.
  const command = argv.slice(argv.lastIndexOf('--') + 1);
  return { ...program, argv: command, cwd, env, input: io.stdin ?? '' };
}

/**
 * Two tasks at once: the one that lands last finds another base than it began with. So each commit of
 * the recording has one meaning only.
 */
async function landAfterAnother(lab) {
  const ended = [];
  await Promise.all(
    ['task-one', 'task-two'].map(async (identifier) => {
      await lab.landTask(identifier);
      ended.push(identifier);
    }),
  );
  return ended.at(-1);
}

async function activitiesOf(lab, identifier) {
  const taskId = `task/${lab.project}/${identifier}`;
  const task = await scheduledIn(lab.client.workflow.getHandle(taskId), () => true);
  const landing = await landingsOf(lab, identifier);
  return groupTogether([...task, ...landing].sort((a, b) => a.scheduledAt - b.scheduledAt));
}

async function landingsOf(lab, identifier) {
  const found = [];
  for await (const { workflowId, runId } of lab.client.workflow.list({ query: "WorkflowType = 'landing'" })) {
    const handle = lab.client.workflow.getHandle(workflowId, runId);
    found.push(...(await scheduledIn(handle, (input) => input.includes(`/${identifier}"`))));
  }
  return found;
}

/** The activities that a workflow run has scheduled; `isWanted` is given their input as JSON. */
async function scheduledIn(handle, isWanted) {
  const { workflowId, raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  return events.flatMap(({ eventTime, activityTaskScheduledEventAttributes: scheduled }) => {
    if (!scheduled) return [];
    const input = (scheduled.input?.payloads ?? []).map(({ data }) => String(data)).join('\n');
    if (!isWanted(input)) return [];
    return [
      {
        workflowId,
        type: scheduled.activityType.name,
        activityId: scheduled.activityId,
        isLanding: raw.workflowExecutionInfo.type.name === 'landing',
        batch: `${workflowId}/${scheduled.workflowTaskCompletedEventId}`,
        scheduledAt: Number(eventTime.seconds) * 1e3 + eventTime.nanos / 1e6,
      },
    ];
  });
}

function groupTogether(activities) {
  const groups = [];
  for (const activity of activities) {
    if (groups.at(-1)?.[0].batch === activity.batch) groups.at(-1).push(activity);
    else groups.push([activity]);
  }
  return groups;
}

function withPrograms({ type, isLanding, workflowId, activityId }, recorded) {
  const own = recorded.filter(
    (program) => program.workflowId === workflowId && program.activityId === activityId,
  );
  return { type, isLanding, batches: atTheSameTime(own.sort((a, b) => a.startedAt - b.startedAt)) };
}

/** Programs that were started before the first of them had ended run at the same time. */
function atTheSameTime(programs) {
  const batches = [];
  for (const { argv, cwd, env, input, stdout, exitCode, startedAt, endedAt } of programs) {
    const batch = batches.at(-1);
    const program = { argv, cwd, env, input, stdout, exitCode, durationMs: endedAt - startedAt };
    if (batch !== undefined && startedAt < batch.firstEnd) {
      batch.programs.push(program);
      batch.firstEnd = Math.min(batch.firstEnd, endedAt);
    } else {
      batches.push({ programs: [program], firstEnd: endedAt });
    }
  }
  return batches.map((batch) => batch.programs);
}
