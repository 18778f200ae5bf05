import { ApplicationFailure } from '@temporalio/common';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FailureType } from '../../domain/failure.js';
import type { Issue } from '../../domain/issue.js';

const text = z.string().nullable();

const StoredIssue = z.object({
  id: z.string(),
  native_ref: z.record(z.string(), z.json()).nullable(),
  identifier: z.string(),
  title: z.string(),
  description: text,
  priority: z.number().nullable(),
  state: z.string(),
  branch_name: text,
  url: text,
  assignee_id: text,
  labels: z.array(z.string()),
  blocked_by: z.array(z.object({ id: text, identifier: text, state: text })),
  dispatchable: z.boolean(),
  created_at: text,
  updated_at: text,
  scope: z.array(z.string()),
  acceptance: z.array(z.string()),
  source: z.enum(['tracker', 'prompt']),
});

/**
 * The whole issue, as preparation left it in the run directory: it does not travel with each turn.
 * Fails for good where it is not there or cannot be read: only another preparation mends that.
 */
export async function readIssue(runPath: string): Promise<Issue> {
  const file = join(runPath, 'issue.json');
  try {
    return StoredIssue.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw ApplicationFailure.create({
      message: `${file} is missing or damaged: the workspace has to be prepared again`,
      type: FailureType.workspace,
      nonRetryable: true,
      ...(error instanceof Error && { cause: error }),
    });
  }
}
