import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { endProcess } from './lab.mjs';

const stopLimitMs = 10_000;

/**
 * Starts a plain Temporal worker of the bench as a process of its own, and waits until it is ready. `program` gets
 * the path of a JSON file with the input and the path of the bundled workflows, `bundle`. `stop` ends it and returns
 * what it has printed.
 */
export async function startWorker(scope, { program, workflows, folder, input }) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflows,
    logger: new DefaultLogger('ERROR'),
  });
  const bundle = join(folder, 'workflow-bundle.js');
  writeFileSync(bundle, code);
  const file = join(folder, 'input.json');
  writeFileSync(file, JSON.stringify({ ...input, folder, bundle }));

  // Ctrl-C reaches the bench alone, which ends everything in order.
  const worker = spawn(process.execPath, [program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let printed = '';
  const stop = async () => {
    if (worker.exitCode === null && worker.signalCode === null) await endProcess(worker, stopLimitMs);
    return printed;
  };
  scope.defer(stop);
  await new Promise((resolve, reject) => {
    worker.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('ready')) resolve();
    });
    worker.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return { stop };
}
