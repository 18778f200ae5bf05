import type { KeeperSpec } from '../protocol.js';
import { takeClaim } from './claim.js';
import { watchClock } from './clock.js';
import { reserveExit } from './exit-file.js';
import { faultAt } from './fault.js';
import { finish } from './finish.js';
import { openJournal } from './journal.js';
import { createLease } from './lease.js';
import { watchClaim } from './presence.js';
import { createProgram } from './program.js';
import { openService } from './service.js';

/** `taken`: the generation has another claim, and nothing was done. */
export type Kept = 'taken' | 'ended';

/**
 * Keeps one program from its start to its end, in the working directory. Claim, journal, sockets, program; then
 * the last record, `exit.json`, the event, and the end. Throws when it cannot begin.
 */
export async function keep(spec: KeeperSpec): Promise<Kept> {
  const startedAt = performance.now();
  const reached = faultAt(spec.fault);
  const claim = await takeClaim(spec);
  if (claim === null) return 'taken';
  reached('claimed');

  reserveExit();
  const journal = openJournal();
  const program = createProgram(spec, journal, reached);
  const close = (reason: string) => program.end({ kind: 'closed', reason });
  process.on('SIGTERM', () => close('keeper got SIGTERM'));
  const lease = createLease(spec.leaseMs, () => program.end({ kind: 'lease' }));
  const stopWatching = watchClaim(() => close('the folder of its keeper is gone'));
  const stopClock = watchClock(journal);
  const service = await openService(spec, claim, journal, program, reached, lease.attached);

  const outcome = await program.run();
  stopClock();
  const durationMs = Math.round(performance.now() - startedAt);
  const exit = await finish(outcome, durationMs, journal, program.letGo, reached);
  lease.stop();
  stopWatching();
  await service.close(exit);
  return 'ended';
}
