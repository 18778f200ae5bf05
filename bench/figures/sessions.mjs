import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { openServer } from '../support/engine.mjs';
import { copyProgram } from '../support/program.mjs';
import { figure } from '../support/report.mjs';
import { keeperClient, linesAgent } from '../support/session.mjs';
import { compileSources } from '../support/sources.mjs';
import { startWorker } from '../support/worker.mjs';

const here = (name) => fileURLToPath(new URL(`../sessions/${name}`, import.meta.url));
const sessionCount = 20;
const perSecond = 100;

/** Many sessions at once on one worker, each with an agent that writes an event every 10 ms: does any beat get lost? */
export async function sessions({ scope, quick, say }) {
  const seconds = quick ? 5 : 30;
  copyProgram(scope);
  const address = await openServer(scope);
  const sources = await compileSources(scope, 'session-client', {
    ...keeperClient,
    'activities/heartbeat.ts': ['heartbeating'],
  });
  const worker = await startWorker(scope, {
    program: here('worker.mjs'),
    workflows: here('workflow.mjs'),
    folder: scope.folder(),
    input: { address, sources, argv: linesAgent(perSecond, seconds) },
  });
  const connection = await Connection.connect({ address });
  scope.defer(() => connection.close());

  const { workflow } = new Client({ connection });
  const all = await Promise.all(
    Array.from({ length: sessionCount }, (_, index) => playSession(workflow, index)),
  );
  for (const { count } of all) {
    if (count !== perSecond * seconds) throw new Error(`${count} events of ${perSecond * seconds} were read`);
  }
  const lost = all.flatMap(({ repeated }) => repeated);
  const delay = JSON.parse((await worker.stop()).trim().split('\n').at(-1));
  say(
    `  ${sessionCount} sessions of ${seconds} s: event loop held up for at most ${delay.max.toFixed(0)} ms`,
  );
  return [
    figure({
      name: `${sessionCount} sessions at once, attempts lost`,
      unit: 'attempts',
      value: lost.length,
      limit: { most: 0 },
      detail: { lost, delay },
    }),
    figure({ name: 'their worker, event loop held up', unit: 'ms', value: delay.max, detail: { delay } }),
  ];
}

async function playSession(workflow, index) {
  const name = `session-${index}`;
  const options = { workflowId: name, taskQueue: 'sessions', args: [{ name }] };
  const handle = await workflow.start('session', options);
  const { count } = await handle.result();
  return { count, repeated: repeatedAttempts(await handle.fetchHistory()) };
}

/** A beat that was missed ends its attempt, and the next one has a higher number. */
function repeatedAttempts({ events }) {
  return events.flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started && started.attempt > 1 ? [started.lastFailure?.message ?? 'unknown'] : [],
  );
}
