import { z } from 'zod';
import { parseLine } from '../session/json-line.js';

/**
 * What Claude Code prints, one message a line: only the fields that are used. What a field may hold is no reason to lose the
 * message around it, so that everything but what a message is about may be missing.
 */

const count = z.number().catch(0);
/** Longer ones are made up: ids go into the state of workflows. */
const name = z.string().max(200);

const Tokens = z.object({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
});
export type Tokens = z.infer<typeof Tokens>;

const noTokens: Tokens = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
};

/** Of one model, side requests and subagents included. */
const ModelUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUSD: count,
});
export type ModelUsage = z.infer<typeof ModelUsage>;

export const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.unknown(),
    is_error: z.boolean().optional(),
  }),
]);
export type Block = z.infer<typeof Block>;

const System = z.object({
  type: z.literal('system'),
  subtype: z.string(),
  session_id: name.catch(''),
  /** Of `api_retry`. */
  error: z.string().nullish(),
  error_status: z.number().nullish(),
});

const Assistant = z.object({
  type: z.literal('assistant'),
  message: z.object({
    id: z.string().catch(''),
    content: z.array(z.unknown()).catch([]),
    usage: Tokens.catch(noTokens),
  }),
  /** Why the model could not be asked; then the message is Claude Code's own. */
  error: z.string().optional(),
});

const User = z.object({
  type: z.literal('user'),
  message: z.object({ content: z.array(z.unknown()).catch([]) }),
});

const Result = z.object({
  type: z.literal('result'),
  is_error: z.boolean().catch(true),
  terminal_reason: z.string().nullish().catch(null),
  api_error_status: z.number().nullish().catch(null),
  result: z.string().catch(''),
  errors: z.array(z.string()).catch([]),
  usage: Tokens.catch(noTokens),
  model_usage_since_last_result: z.record(z.string(), ModelUsage).nullish().catch(null),
});
export type Result = z.infer<typeof Result>;

const ControlRequest = z.object({
  type: z.literal('control_request'),
  request_id: name,
  request: z.looseObject({ subtype: z.string() }),
});

const ControlResponse = z.object({
  type: z.literal('control_response'),
  response: z.object({ request_id: z.string().catch('') }),
});

const ControlCancel = z.object({ type: z.literal('control_cancel_request'), request_id: name });

const Lifecycle = z.object({
  type: z.literal('command_lifecycle'),
  command_uuid: z.string(),
  state: z.string(),
});

const RateLimit = z.object({
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.object({
    status: z.string(),
    /** Seconds since 1970. */
    resetsAt: z.number().nullish().catch(null),
    rateLimitType: z.string().nullish().catch(null),
  }),
});

const Message = z.discriminatedUnion('type', [
  System,
  Assistant,
  User,
  Result,
  ControlRequest,
  ControlResponse,
  ControlCancel,
  Lifecycle,
  RateLimit,
]);
export type Message = z.infer<typeof Message>;

/** Asks whether a tool may be used. */
export const CanUseTool = z.object({
  subtype: z.literal('can_use_tool'),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type CanUseTool = z.infer<typeof CanUseTool>;

/** The input of the tool by which the model asks its user. */
export const AskUser = z.object({
  questions: z
    .array(
      z.object({
        question: z.string(),
        options: z.array(z.object({ label: z.string(), description: z.string().catch('') })).catch([]),
      }),
    )
    .min(1),
});

/** Null for what this version does not know, or what is no message at all. */
export function parseMessage(line: string): Message | null {
  return Message.safeParse(parseLine(line)).data ?? null;
}
