import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import type { Config } from '../../config/config.js';
import type { Evidence } from '../../domain/evidence.js';
import { isGreen } from '../../domain/evidence.js';
import { CheckResult } from './check-result.js';
import { protectedPaths } from './protected.js';

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

export interface EvidenceKey {
  sha: string;
  baseSha: string;
  overlay: boolean;
  rules: string;
  activity: string;
}

/** Changes with the checks, their environment and the protected paths. */
export function rulesOf(config: Config): string {
  const rules = JSON.stringify([config.verify ?? null, protectedPaths(config)]);
  return createHash('sha256').update(rules).digest('hex');
}

/**
 * The evidence that is there already: proof that the checks passed holds for ever, but a failure
 * only for a repetition of the same activity. Its cause may lie outside the commit (a service that
 * was down), and a person who mended that asks for another try.
 */
export async function readEvidence(file: string, key: EvidenceKey): Promise<Evidence | null> {
  const manifest = await readManifest(file);
  if (manifest === null) return null;
  const { evidence, rules, overlay, activity } = manifest;
  const same =
    evidence.sha === key.sha &&
    evidence.baseSha === key.baseSha &&
    overlay === key.overlay &&
    rules === key.rules;
  return same && (isGreen(evidence) || activity === key.activity) ? evidence : null;
}

/** Written whole or not at all. */
export async function writeEvidence(file: string, key: EvidenceKey, evidence: Evidence): Promise<void> {
  const { rules, overlay, activity } = key;
  const manifest: z.infer<typeof Manifest> = {
    version: 1,
    rules,
    overlay,
    activity,
    finishedAt: new Date().toISOString(),
    evidence,
  };
  await writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

async function readManifest(file: string): Promise<z.infer<typeof Manifest> | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None yet, or one of another version: the checks run again.
    return null;
  }
}
