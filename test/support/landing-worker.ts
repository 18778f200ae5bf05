/**
 * A worker that lands one change, in a process of its own that can be killed: `node landing-worker.mjs <settings as
 * JSON>`. Prints the outcome as JSON.
 */
import type { Landing } from '../../src/activities/forge/forge.js';
import { createLocalForge } from '../../src/activities/forge/local/index.js';
import type { LandingStep } from '../../src/activities/forge/local/step.js';
import type { Config } from '../../src/config/config.js';
import { dataPaths } from '../../src/config/paths.js';

export interface Settings {
  data: string;
  repository: Config['repository'];
  landing: Landing;
  /** The step after which this process kills itself. */
  dieAt?: LandingStep;
}

const { data, repository, landing, dieAt } = JSON.parse(process.argv[2] ?? '') as Settings;
const quiet = () => undefined;
const deps = { paths: dataPaths(data), log: { debug: quiet, info: quiet, warn: quiet, error: quiet } };
const config = {
  repository,
  forge: { kind: 'local', provider: {} },
  tracker: { kind: 'file', provider: {} },
};
const forge = createLocalForge(config, deps, (step) => {
  if (step === dieAt) process.kill(process.pid, 'SIGKILL');
});
process.stdout.write(JSON.stringify(await forge.merge(landing)));
