import type {
  ChangeInput,
  ChangePort,
  ChangeStanding,
  MergeChangeOutcome,
  ShowChangeInput,
  ShowChangeOutcome,
} from '../../workflows/change-port.js';

/**
 * A forge that keeps changes. What only a person can mend is an outcome; a failure waits by Temporal, for as long as the
 * forge asks. Throws `RepositoryError` where git cannot reach the repository.
 */
export interface ChangeKeeper {
  show(input: ShowChangeInput, signal: AbortSignal): Promise<ShowChangeOutcome>;
  merge(input: Parameters<ChangePort['mergeChange']>[0], signal: AbortSignal): Promise<MergeChangeOutcome>;
  withdraw(input: ChangeInput, signal: AbortSignal): Promise<ChangeStanding>;
  close(input: Parameters<ChangePort['closeChange']>[0]): Promise<ChangeStanding>;
}
