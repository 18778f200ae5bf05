// Takes the data directory named on the command line, as `continuo up` does, and stays. At SIGUSR2 it does no work
// any more.
import { dataPaths } from '../../../src/config/paths.js';
import { lockData } from '../../../src/worker/data-lock.js';
import { openLog } from '../../../src/worker/log/open-log.js';

await lockData(dataPaths(process.argv[2] ?? ''), 'up', 'shop', openLog(process.env, []));
process.on('SIGUSR2', () => {
  console.log('hangs');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
console.log('held');
setInterval(() => undefined, 60_000);
