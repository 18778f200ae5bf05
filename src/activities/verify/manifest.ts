import { createHash } from 'node:crypto';
import { writeWhole } from '../../config/atomic-write.js';
import type { Config } from '../../config/config.js';
import type { Manifest } from '../../config/evidence-file.js';
import { readManifest } from '../../config/evidence-file.js';
import type { Evidence } from '../../domain/evidence.js';
import { isGreen } from '../../domain/evidence.js';
import { protectedPaths } from './protected.js';

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
  // Without a manifest, or with one of another version, the checks run again.
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
  const manifest: Manifest = {
    version: 1,
    rules,
    overlay,
    activity,
    finishedAt: new Date().toISOString(),
    evidence,
  };
  await writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
