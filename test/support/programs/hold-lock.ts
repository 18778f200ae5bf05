// Takes the lock named on the command line, says whether it did, and stays.
import { acquireLock } from '../../../src/worker/engine/lock.js';

const lock = acquireLock(process.argv[2] ?? '');
console.log(lock === null ? 'refused' : 'held');
if (lock !== null) setInterval(() => undefined, 60_000);
