import { z } from 'zod';

/**
 * What is read of the messages of `codex app-server` (protocol v2, as its own `generate-ts` describes it). Fields
 * that nothing here needs are left alone, so that newer versions go on to be understood.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** Longer ones are made up: ids go into the state of workflows. */
const name = z.string().max(200);

/** Any line: a request of the agent has `method` and `id`, a notification only `method`, an answer only `id`. */
export const Message = z.object({
  id: z.union([name, z.number()]).optional(),
  method: name.optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number().optional(), message: z.string() }).nullish(),
});
export type Message = z.infer<typeof Message>;

export const ThreadAnswer = z.object({ thread: z.object({ id: name }) });
export const TurnAnswer = z.object({ turn: z.object({ id: z.string() }) });

const TurnError = z.object({ message: z.string(), codexErrorInfo: z.unknown().optional() });
export type TurnError = z.infer<typeof TurnError>;

export const TurnStarted = z.object({ turn: z.object({ id: z.string() }) });
export const TurnCompleted = z.object({
  turn: z.object({ id: z.string(), status: z.string(), error: TurnError.nullish() }),
});
export const ErrorNotice = z.object({ error: TurnError, willRetry: z.boolean() });

const Item = z.object({ type: z.string(), id: z.string() });
export const ItemNotice = z.object({ item: Item.loose() });
export const AgentMessage = z.object({ text });
export const Reasoning = z.object({ summary: z.array(z.string()).catch([]) });
export const Command = z.object({
  command: text,
  status: z.string(),
  aggregatedOutput: text,
  exitCode: z.number().nullish(),
});
export const FileChange = z.object({ changes: z.array(z.object({ path: z.string() })), status: z.string() });
export const ToolUse = z.object({ server: text, tool: z.string(), status: z.string() });

export const Plan = z.object({ plan: z.array(z.object({ step: z.string(), status: z.string() })) });
export const Notice = z.object({ message: text, summary: text });

const Tokens = z.object({ totalTokens: z.number(), inputTokens: z.number(), outputTokens: z.number() });
export type Tokens = z.infer<typeof Tokens>;
/** `total` is of the whole thread, and is sent again when it is resumed; `last` is of the last request. */
export const TokenUsage = z.object({
  turnId: z.string(),
  tokenUsage: z.object({ total: Tokens, last: Tokens }),
});

const Window = z.object({ usedPercent: z.number(), resetsAt: z.number().nullish() }).nullish();
/** `resetsAt` is in seconds since 1970. */
export const RateLimits = z.object({ rateLimits: z.object({ primary: Window, secondary: Window }) });

export const Turns = z.object({
  data: z.array(
    z.object({
      status: z.string(),
      items: z.array(Item.extend({ clientId: z.string().nullish(), text: z.string().optional() })),
    }),
  ),
});

export const CommandApproval = z.object({ command: text, reason: text });
export const FileApproval = z.object({ itemId: z.string(), reason: text, grantRoot: text });
export const UserInput = z.object({
  questions: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      options: z.array(z.object({ label: z.string() })).nullish(),
    }),
  ),
});
export const Elicitation = z.object({ serverName: z.string(), message: text });
export const ToolCallRequest = z.object({ tool: z.string(), arguments: z.unknown().optional() });
