import type { HostDeps } from '../../host.js';
import { withLock } from '../../git/lock.js';
import { listJournals } from './journal.js';
import { resumeLanding } from './land.js';

/**
 * Finishes what a dead worker has left in working trees of people, and takes its locks away. Whatever cannot be
 * finished now is seen to by the next landing there.
 */
export async function finishLandings({ paths, log }: Pick<HostDeps, 'paths' | 'log'>): Promise<void> {
  for (const journal of await listJournals(paths)) {
    try {
      const remainder = await withLock(journal.file, () => resumeLanding(journal, () => undefined));
      if (remainder !== null) log.warn('a landing is not finished', { remainder });
    } catch (error) {
      log.warn('a landing could not be finished', { record: journal.file, error });
    }
  }
}
