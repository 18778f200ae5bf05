// One worker for many sessions: each is an activity that attaches to a keeper by the product's own client, beats, and
// reads every event. Arguments: a JSON file with `{ address, bundle, sources, folder, argv }`. At the end it
// prints how long its event loop was held up, in ms.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { sessionOf } from '../support/session.mjs';

const { address, bundle, sources, folder, argv } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { heartbeating, runSession } = await import(pathToFileURL(sources).href);
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
});

/** Counts the events, and is done when the agent has ended. */
const counting = {
  initial: { count: 0 },
  apply({ count }, record) {
    if (record.d !== 'out') return { count };
    JSON.parse(record.s);
    return { count: count + 1 };
  },
  next: () => [],
};

function playSession({ name }) {
  return heartbeating(async (_signal, { end, leave, epoch }) => {
    const session = sessionOf({ folder, name, argv, epoch });
    const { kind, state } = await runSession({ ...session, end, leave, protocol: counting });
    return { kind, count: state?.count };
  });
}

const delay = monitorEventLoopDelay({ resolution: 10 });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: 'sessions',
  workflowBundle: { codePath: bundle },
  activities: { playSession },
  maxConcurrentActivityTaskExecutions: 200,
  // As the product has them.
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '2s',
  shutdownForceTime: '5s',
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
console.log('ready');
delay.enable();
await running;
console.log(JSON.stringify({ max: delay.max / 1e6, p99: delay.percentile(99) / 1e6 }));
process.exit(0);
