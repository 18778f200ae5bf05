/** One review remark, bound to a place in the change. */
export interface Finding {
  id: string;
  severity: 'blocking' | 'warning' | 'note';
  file: string | null;
  line: number | null;
  claim: string;
  evidence: string;
  suggestion: string | null;
  source: string;
  resolution: 'open' | 'fixed' | 'refuted' | 'accepted';
}

/** Why a person has to look at a change, by what the change itself shows. */
export interface Risk {
  kind: 'protected_path' | 'deleted_test' | 'new_dependency' | 'outside_scope' | 'large_diff';
  /** The files or the measure, in words a person can act on. */
  detail: string;
}
