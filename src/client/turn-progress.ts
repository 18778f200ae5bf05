import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { z } from 'zod';
import type { TurnProgress } from '../domain/progress.js';
import type { AgentPort } from '../workflows/ports.js';

const Progress = z.object({
  turn: z.number(),
  session: z.string().nullable(),
  events: z.array(z.object({ at: z.string(), type: z.string(), text: z.string() })),
  lastMessage: z.string().nullable(),
  usage: z
    .object({
      inputTokens: z.number(),
      outputTokens: z.number(),
      totalTokens: z.number(),
      costUsd: z.number().nullable(),
      agentMs: z.number(),
    })
    .nullable(),
}) satisfies z.ZodType<TurnProgress>;

const runTurn: keyof AgentPort = 'runTurn';

/** What the last heartbeat of a running turn said; null where none runs, or it has said nothing that is known. */
export async function turnProgress(
  { options }: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<TurnProgress | null> {
  const activity = raw.pendingActivities?.find(({ activityType }) => activityType?.name === runTurn);
  const payloads = activity?.heartbeatDetails?.payloads;
  if (payloads == null) return null;
  const [details] = await decodeArrayFromPayloads(options.loadedDataConverter, payloads);
  return Progress.safeParse(details).data ?? null;
}
