// `continuo up`, or `continuo worker`, for the workflow file named on the command line.
import { runUp, runWorker } from '../../../src/worker/main.js';

const [command, workflow = null] = process.argv.slice(2);
const run = command === 'worker' ? runWorker : runUp;
await run({ workflows: [workflow], cwd: process.cwd(), env: process.env }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
