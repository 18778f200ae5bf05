import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CheckResult as DomainResult, Evidence } from '../domain/evidence.js';

/** The result of one check, as it is kept in files. */
export const CheckResult = z.object({
  name: z.string(),
  command: z.string(),
  kind: z.enum(['passed', 'failed', 'timed_out', 'invalid']),
  exitCode: z.number().nullable(),
  durationMs: z.number(),
  tests: z.object({ total: z.number(), failed: z.number(), skipped: z.number() }).nullable(),
  log: z.string(),
  tail: z.string(),
}) satisfies z.ZodType<DomainResult>;

const StoredEvidence = z.object({
  sha: z.string(),
  baseSha: z.string(),
  overlaid: z.array(z.string()),
  checks: z.array(CheckResult),
  tools: z.record(z.string(), z.string()),
  startedAt: z.string(),
  manifest: z.string(),
}) satisfies z.ZodType<Evidence>;

const Manifest = z.object({
  version: z.literal(1),
  /** Everything that decides the result, apart from the two commits. */
  rules: z.string(),
  overlay: z.boolean(),
  /** Which activity of which workflow run found this out. */
  activity: z.string(),
  finishedAt: z.string(),
  evidence: StoredEvidence,
});

/** What a verification leaves in the run directory: the host writes it, and the command line shows it. */
export type Manifest = z.infer<typeof Manifest>;

/** Null where there is none yet, or one of another version. */
export async function readManifest(file: string): Promise<Manifest | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
