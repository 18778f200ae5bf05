/** Counts of a test report; `total` excludes nothing. */
export interface TestCounts {
  total: number;
  failed: number;
  skipped: number;
}

/**
 * What one check did. `invalid` means that the check ended well but its evidence is missing:
 * no report where one is configured, or a report with zero tests.
 */
export interface CheckResult {
  name: string;
  command: string;
  kind: 'passed' | 'failed' | 'timed_out' | 'invalid';
  /** Null when the program was ended by a signal. */
  exitCode: number | null;
  durationMs: number;
  tests: TestCounts | null;
  /** The whole output: a path relative to the run directory. */
  log: string;
  /** The last lines of the output, at most 4 KB; empty for a check that passed. */
  tail: string;
}

/** The bundle of check results bound to one commit. */
export interface Evidence {
  sha: string;
  baseSha: string;
  /** Protected paths that were taken from the base for this verification. */
  overlaid: string[];
  checks: CheckResult[];
  /** Name and version of the programs that took part. */
  tools: Record<string, string>;
  startedAt: string;
  /** The manifest file: a path relative to the run directory. */
  manifest: string;
}

export function isGreen(evidence: Evidence): boolean {
  return evidence.checks.every((check) => check.kind === 'passed');
}

export function failedChecks(evidence: Evidence): CheckResult[] {
  return evidence.checks.filter((check) => check.kind !== 'passed');
}
