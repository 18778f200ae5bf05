/** The most severe last. */
export const severities = ['note', 'warning', 'blocking'] as const;
export type Severity = (typeof severities)[number];

/** What a reviewer says about a place in the change; about the change as a whole where `file` is null. */
export interface Remark {
  severity: Severity;
  /** Relative to the top of the repository. */
  file: string | null;
  /** Counts from 1; in the base where the change deletes the file. */
  line: number | null;
  claim: string;
  evidence: string;
  suggestion: string | null;
  /** What of it does not hold, such as a line that does not exist: then it is a note. Null when nothing speaks against it. */
  doubt: string | null;
}

/** A remark as a review brings it home. */
export interface Raised extends Remark {
  /** Stands for file, line and claim; that of the earlier finding which the reviewer raises again. */
  id: string;
}

/** One remark over the whole life of a task. */
export interface Finding extends Raised {
  /** Names of the reviewers that raised it. */
  sources: string[];
  /** The commit and the round that it was raised on last. */
  sha: string;
  round: number;
  resolution: Resolution;
}

/** What a reviewer has to know of a finding of an earlier review. */
export type EarlierFinding = Pick<
  Finding,
  'id' | 'severity' | 'sources' | 'file' | 'line' | 'claim' | 'resolution'
>;

/** What an agent has to know of a finding, to mend it or to deny it. */
export type ToldFinding = Pick<
  Finding,
  'id' | 'severity' | 'file' | 'line' | 'claim' | 'evidence' | 'suggestion' | 'resolution'
>;

/** What became of a finding. */
export type Resolution =
  /** `refuted` is the agent's reason against it, which its reviewer did not accept: a person decides. */
  | { kind: 'open'; refuted: string | null }
  /** Nobody who raised it raised it again on this commit. */
  | { kind: 'fixed'; sha: string }
  /** Denied by the agent, and not raised again. */
  | { kind: 'refuted'; reason: string }
  /** Left as it is by a person's approval; `at` is RFC 3339. */
  | { kind: 'accepted'; by: string; at: string }
  /** Nobody looks at it any more, such as when its reviewer was renamed or taken out of the configuration. */
  | { kind: 'dropped'; reason: string };

/** That a reviewer has looked at a commit in a round. */
export interface Review {
  reviewer: string;
  sha: string;
  round: number;
  /** Why it is of no use, or null: such a review approves nothing. */
  problem: string | null;
}

/** An agent's reason why a finding does not hold. */
export interface Refutation {
  id: string;
  reason: string;
}

/** Why a person has to look at a change, by what the change itself shows. */
export interface Risk {
  kind: 'protected_path' | 'deleted_test' | 'new_dependency' | 'outside_scope' | 'large_diff';
  /** The files or the measure, in words a person can act on. */
  detail: string;
}
