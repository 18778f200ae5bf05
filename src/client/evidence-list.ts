import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../config/evidence-file.js';
import { readManifest } from '../config/evidence-file.js';

/** What the run directory holds of a task's verifications, the newest first. */
export async function listEvidence(runPath: string): Promise<Manifest[]> {
  const folder = join(runPath, 'evidence');
  const names = await readdir(folder).catch(() => []);
  const manifests = await Promise.all(names.map((name) => readManifest(join(folder, name, 'manifest.json'))));
  return manifests
    .filter((manifest) => manifest !== null)
    .sort((left, right) => Date.parse(right.finishedAt) - Date.parse(left.finishedAt));
}
