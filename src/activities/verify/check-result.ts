import { z } from 'zod';
import type { CheckResult as DomainResult } from '../../domain/evidence.js';

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
