import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import { CheckResult } from '../../config/evidence-file.js';

const Progress = z.object({
  /** RFC 3339. */
  startedAt: z.string(),
  /** What the overlay replaced in the checkout. */
  overlaid: z.array(z.string()),
  /** Of the checks that have ended, in their order. */
  checks: z.array(CheckResult),
});

/** How far the checks of one checkout have come. */
export type Progress = z.infer<typeof Progress>;

/**
 * The file beside a checkout that says: the checkout is complete, and these checks have run in it.
 * It is what lets another worker go on with it.
 */
export interface ProgressFile {
  /** Null when the checkout is not complete. */
  read(): Promise<Progress | null>;
  write(progress: Progress): Promise<void>;
  remove(): Promise<void>;
}

export function progressFile(file: string): ProgressFile {
  return {
    async read() {
      try {
        return Progress.parse(JSON.parse(await readFile(file, 'utf8')));
      } catch {
        return null;
      }
    },
    write: (progress) => writeWhole(file, JSON.stringify(progress)),
    remove: () => rm(file, { force: true }),
  };
}
