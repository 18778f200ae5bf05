import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../docs/markdown.js';

const file = 'test/support/conformance/requirements.yaml';

const Requirement = z.strictObject({
  level: z.enum(['MUST', 'described', 'SHOULD', 'RECOMMENDED', 'MAY', 'EXT']),
  /** Of the specification. */
  section: z.string(),
  /** What it asks for, in our words. */
  rule: z.string(),
  /** What we do, where that is not simply the rule. */
  here: z.string().optional(),
  /** Why nothing of it applies. */
  reason: z.string().optional(),
});

const File = z.strictObject({
  areas: z.array(
    z.strictObject({
      title: z.string(),
      /** Why none of it is there yet. */
      later: z.string().optional(),
      requirements: z.record(z.string().regex(/^[A-Z]+-\d\d$/), Requirement),
    }),
  ),
});

export type Requirement = z.infer<typeof Requirement>;
export type Requirements = z.infer<typeof File>;

/** What the specification asks for, as we keep it. */
export function readRequirements(): Requirements {
  return File.parse(parse(readFileSync(join(root, file), 'utf8')));
}

/** Whether a test or a reason is owed: plain descriptions bind as much as a MUST, and so does an extension that is shipped. */
export function isBinding({ level }: Requirement): boolean {
  return level === 'MUST' || level === 'described' || level === 'EXT';
}
