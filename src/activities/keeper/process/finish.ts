import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from '../protocol.js';
import { writeExit } from './exit-file.js';
import type { Reach } from './fault.js';
import { errorCode, messageOf } from './guards.js';
import type { Journal } from './journal.js';
import type { Outcome } from './program.js';

const retryMs = 250;
/** Of a full disk. Any other failure does not mend itself. */
const passing = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * Stores how the program ended: the last record of the journal, then `exit.json`. On a full disk it waits for
 * room, until `letGo` is aborted.
 */
export async function finish(
  { ending, outputProblem }: Outcome,
  durationMs: number,
  journal: Journal,
  letGo: AbortSignal,
  reached: Reach,
): Promise<Exit> {
  const problem = outputProblem ?? (journal.isOurs() ? null : 'the journal was changed by somebody else');
  const facts = { ending, durationMs, outputProblem: problem, at: new Date().toISOString() };
  journal.put([{ d: 'exit', exit: facts }]);
  await journal.written();
  reached('exit_journalled');
  const exit: Exit = { ...facts, end: journal.end };
  await store(exit, letGo);
  reached('exit_written');
  return exit;
}

async function store(exit: Exit, letGo: AbortSignal): Promise<void> {
  for (;;) {
    try {
      writeExit(exit);
      return;
    } catch (error) {
      if (letGo.aborted || !passing.includes(errorCode(error))) {
        process.stderr.write(`exit.json cannot be written: ${messageOf(error)}\n`);
        return;
      }
      await sleep(retryMs);
    }
  }
}
