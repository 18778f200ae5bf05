/**
 * The keeper: a small process that owns one program and outlives the worker. `keeper.js <folder>` with the
 * specification on standard input; the folder is its generation. docs/keeper.md tells the story.
 *
 * Exits with 0 when its program has ended and all is stored, 75 when somebody else has the claim, and 1 with a
 * message when it could not begin.
 */
import { readFileSync } from 'node:fs';
import { messageOf } from './guards.js';
import { keep } from './keeper.js';
import { readSpec } from './spec.js';

const exitCodes = { ended: 0, taken: 75 };

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`);
  process.exit(1);
}

// SIGXFSZ comes with the error of a write beyond the limit of a file's size, which is handled there.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE', 'SIGXFSZ'] as const) {
  process.on(signal, () => undefined);
}
// The log may be on the disk that is full.
process.stderr.on('error', () => undefined);
try {
  const spec = readSpec(readFileSync(0, 'utf8'));
  process.chdir(process.argv[2] ?? '');
  process.exitCode = exitCodes[await keep(spec)];
  process.exit();
} catch (error) {
  fail(error);
}
