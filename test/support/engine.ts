import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../src/activities/host.js';
import type { DataPaths } from '../../src/config/paths.js';
import { dataPaths } from '../../src/config/paths.js';
import type { Engine } from '../../src/worker/engine/index.js';
import { openEngine } from '../../src/worker/engine/index.js';
import { killServer } from '../../src/worker/engine/stop.js';

const drop = () => undefined;
export const silent: Logger = { debug: drop, info: drop, warn: drop, error: drop };

export type Open = () => Promise<Engine>;

/** A data directory for one test, and the end of whatever servers the test has left in it. */
export async function withData(use: (paths: DataPaths, open: Open) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'continuo-engine-'));
  const paths = dataPaths(root);
  const opened: Engine[] = [];
  try {
    await use(paths, async () => {
      const engine = await openEngine({ env: process.env, paths, log: silent, ignoreAddress: true });
      opened.push(engine);
      return engine;
    });
  } finally {
    await Promise.allSettled(opened.map((engine) => engine.stop()));
    await killServer(paths);
    await rm(root, { recursive: true, force: true });
  }
}

const patienceMs = 100_000;

/** Waits until the condition holds. Throws when it never does: a test that hangs would leave its servers. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`still not so after ${patienceMs / 1000} s: ${condition.toString()}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
