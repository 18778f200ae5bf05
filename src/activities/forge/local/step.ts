/** The steps of a landing in working trees, in their order. Each one may be the last of this worker. */
export type LandingStep =
  /** The record of what is intended is written. */
  | 'journalled'
  /** Nobody else can write the indexes. */
  | 'locked'
  /** Nothing of anybody is in the way. */
  | 'examined'
  /** The base is at the new commit: from here on it only goes forward. */
  | 'moved'
  /** The files of a tree are written. */
  | 'written'
  /** The tree's index is the new one. */
  | 'installed'
  /** The locks are gone, the record is not. */
  | 'unlocked';
