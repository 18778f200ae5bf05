/** Plain JSON, as Temporal payloads and `native_ref` carry it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** An issue that holds another one back (SPEC 4.1.1). Best effort: any field may be null. */
export interface Blocker {
  id: string | null;
  identifier: string | null;
  state: string | null;
}

/**
 * A work item, normalized (SPEC 4.1.1, 11.3). Field names are the specification's own, because
 * prompt templates and `--json` show this record unchanged. Every field is always present.
 */
export interface Issue {
  /** Opaque identity for dispatch and refresh; not necessarily the provider's ticket id. */
  id: string;
  /** Non-secret provider data, kept verbatim and never interpreted outside the adapter. */
  native_ref: Record<string, Json> | null;
  /** Unique in the tracker's scope; names the task, the workspace and the branch. */
  identifier: string;
  title: string;
  description: string | null;
  /** 1 is the most urgent; null sorts last. */
  priority: number | null;
  /** The provider's spelling; compare with `normalizeState`. */
  state: string;
  branch_name: string | null;
  url: string | null;
  assignee_id: string | null;
  /** Trimmed, lower case, without blanks and repetitions. */
  labels: string[];
  blocked_by: Blocker[];
  /** The adapter's verdict; the scheduler never derives it again. */
  dispatchable: boolean;
  /** RFC 3339, or null. */
  created_at: string | null;
  updated_at: string | null;
  /** Continuo's own: globs that bound what may change; empty means no bound. */
  scope: string[];
  /** Continuo's own: what must hold when the work is done. */
  acceptance: string[];
  /** Where it came from: a prompt has no tracker record to claim, refresh or move. */
  source: 'tracker' | 'prompt';
}

/** The part of an issue that scheduling needs; the description stays out of the project's history. */
export type IssueSummary = Pick<
  Issue,
  'id' | 'identifier' | 'title' | 'priority' | 'state' | 'created_at' | 'source'
>;

/** Comparison form of a tracker state (SPEC 4.2). */
export function normalizeState(state: string): string {
  return state.trim().toLowerCase();
}

/** Trims, lowers and de-duplicates labels (SPEC 11.3). */
export function normalizeLabels(labels: readonly string[]): string[] {
  const normalized = labels.map((label) => label.trim().toLowerCase()).filter((label) => label !== '');
  return [...new Set(normalized)];
}

export function summarizeIssue(issue: Issue): IssueSummary {
  const { id, identifier, title, priority, state, created_at, source } = issue;
  return { id, identifier, title, priority, state, created_at, source };
}

/** The issue of which only the summary is known: everything else is null, empty, or allows it to be worked on. */
export function unreadIssue(summary: IssueSummary): Issue {
  return {
    ...summary,
    native_ref: null,
    description: null,
    branch_name: null,
    url: null,
    assignee_id: null,
    labels: [],
    blocked_by: [],
    dispatchable: true,
    updated_at: null,
    scope: [],
    acceptance: [],
  };
}
