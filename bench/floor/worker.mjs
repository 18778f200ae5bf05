// The floor's worker: one plain Temporal worker with one activity, which runs the programs of a plan.
// Arguments: a JSON file with `{ address, bundle, plan, folder }`.
import { readFileSync } from 'node:fs';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Replay } from './replay.mjs';

const { address, bundle, plan, folder } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
});

const replay = new Replay(plan, folder);
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: 'floor',
  workflowBundle: { codePath: bundle },
  activities: { runPrograms: (input) => replay.run(input) },
  maxConcurrentActivityTaskExecutions: 200,
  shutdownForceTime: '5s',
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
console.log('ready');
await running;
process.exit(0);
