// Opens the embedded engine of the data directory named on the command line, says where it is, and stays.
import { dataPaths } from '../../../src/config/paths.js';
import { openEngine } from '../../../src/worker/engine/index.js';
import { openLog } from '../../../src/worker/log/open-log.js';

const paths = dataPaths(process.argv[2] ?? '');
const { address, kind } = await openEngine({ env: process.env, paths, log: openLog(process.env, []) });
console.log(JSON.stringify({ address, kind }));
setInterval(() => undefined, 60_000);
