import { join } from 'node:path';
import { importSources } from './sources.mjs';

const drop = () => undefined;
const silent = { debug: drop, info: drop, warn: drop, error: drop };

/** A Temporal server of its own, which no worker starts or stops. Returns its address. */
export async function openServer(scope) {
  const { openEngine, dataPaths } = await importSources(scope, 'engine', {
    'worker/engine/index.ts': ['openEngine'],
    'config/paths.ts': ['dataPaths'],
  });
  const paths = dataPaths(join(scope.folder(), 'engine'));
  const engine = await openEngine({ env: process.env, paths, log: silent, ignoreAddress: true });
  scope.defer(() => engine.stop());
  return engine.address;
}
