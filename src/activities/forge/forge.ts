import type { LandingCandidate, LandingEntry } from '../../domain/landing.js';
import type { MergeOutcome } from '../../workflows/ports.js';

/** Where changes land. */
export interface Forge {
  /**
   * Makes the candidate the head of the base, if that is still where the candidate starts from; nothing of
   * another's is ever overwritten. Says `merged` again when the base has it already, and of what is in the way what to do,
   * without a full stop. Throws
   * `RepositoryError` when the repository cannot be reached.
   */
  merge(landing: Landing): Promise<MergeOutcome>;
}

export interface Landing {
  entry: Pick<LandingEntry, 'project' | 'identifier' | 'base'>;
  candidate: LandingCandidate;
  signal?: AbortSignal;
}
