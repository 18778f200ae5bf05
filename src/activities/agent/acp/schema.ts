import { z } from 'zod';
import { parseLine } from '../session/json-line.js';

/**
 * What an agent sends, as far as it is used: the Agent Client Protocol, version 1. Agents differ in what they leave
 * out, so that little is required.
 */

const Text = z.string();
/** Longer ones are made up: ids go into the state of workflows. */
const Name = z.string().max(200);
const Id = z.union([Name, z.number()]);

export const RpcError = z.object({
  code: z.number(),
  message: Text.catch(''),
  /** Some say here what kind of error it is, each in words of its own. */
  data: z.record(z.string(), z.unknown()).nullish().catch(null),
});
export type RpcError = z.infer<typeof RpcError>;

const Envelope = z.object({
  id: Id.nullish(),
  method: Name.optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: RpcError.optional(),
});

/** One line of an agent's. */
export type Message =
  | { kind: 'request'; id: string | number; method: string; params: unknown }
  | { kind: 'notification'; method: string; params: unknown }
  | { kind: 'answer'; id: string | number; result: unknown }
  | { kind: 'refusal'; id: string | number | null; error: RpcError };

/** Null for what is no message. */
export function readMessage(line: string): Message | null {
  const parsed = Envelope.safeParse(parseLine(line));
  if (!parsed.success) return null;
  const { id = null, method, params, result, error } = parsed.data;
  if (method !== undefined) {
    return id === null ? { kind: 'notification', method, params } : { kind: 'request', id, method, params };
  }
  if (error !== undefined) return { kind: 'refusal', id, error };
  return id === null || result === undefined ? null : { kind: 'answer', id, result };
}

export const Initialized = z.object({
  protocolVersion: z.number(),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().catch(false),
      sessionCapabilities: z.object({ resume: z.unknown().optional() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  authMethods: z
    .array(z.object({ id: Text, name: Text.catch(''), description: Text.nullish().catch(null) }))
    .nullish()
    .catch(null),
});
export type AuthMethods = NonNullable<z.infer<typeof Initialized>['authMethods']>;

/** Of `session/new`, `session/resume` and `session/load`; only the first one has to give an id. */
export const Opened = z.object({
  sessionId: Name.optional(),
  configOptions: z
    .array(z.object({ id: Text, category: Text.nullish().catch(null) }))
    .nullish()
    .catch(null),
});

const count = z.number().nonnegative().nullish().catch(null);

export const Prompted = z.object({
  stopReason: Text,
  usage: z
    .object({
      inputTokens: count,
      outputTokens: count,
      cachedReadTokens: count,
      cachedWriteTokens: count,
      thoughtTokens: count,
    })
    .nullish()
    .catch(null),
  _meta: z
    .object({
      /** Gemini has nothing else. */
      quota: z.object({ token_count: z.object({ input_tokens: count, output_tokens: count }) }),
    })
    .nullish()
    .catch(null),
});
export type Prompted = z.infer<typeof Prompted>;

const Content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('content'), content: z.object({ type: Text, text: Text.optional() }) }),
  z.object({ type: z.literal('diff'), path: Text }),
  z.object({ type: z.literal('terminal') }),
]);

/** A call of a tool; later ones say only what has changed. */
export const ToolCall = z.object({
  toolCallId: Text,
  name: Text.nullish().catch(null),
  title: Text.nullish().catch(null),
  kind: Text.nullish().catch(null),
  status: Text.nullish().catch(null),
  content: z.array(Content).nullish().catch(null),
  locations: z
    .array(z.object({ path: Text }))
    .nullish()
    .catch(null),
  rawInput: z.record(z.string(), z.unknown()).nullish().catch(null),
});
export type ToolCall = z.infer<typeof ToolCall>;

const Chunk = z.object({
  messageId: Text.nullish().catch(null),
  content: z.object({ type: Text, text: Text.optional() }),
});

export const Update = z.discriminatedUnion('sessionUpdate', [
  Chunk.extend({ sessionUpdate: z.literal('agent_message_chunk') }),
  Chunk.extend({ sessionUpdate: z.literal('agent_thought_chunk') }),
  ToolCall.extend({ sessionUpdate: z.enum(['tool_call', 'tool_call_update']) }),
  z.object({
    sessionUpdate: z.literal('plan'),
    entries: z.array(z.object({ content: Text, status: Text.catch('pending') })),
  }),
  z.object({
    sessionUpdate: z.literal('usage_update'),
    /** Tokens in the context. */
    used: z.number(),
    /** Of the session, over its whole life. */
    cost: z.object({ amount: z.number(), currency: Text }).nullish().catch(null),
  }),
  z.object({
    /** What an editor shows, and a task does not need. */
    sessionUpdate: z.enum([
      'user_message_chunk',
      'available_commands_update',
      'current_mode_update',
      'config_option_update',
      'session_info_update',
    ]),
  }),
]);
export type Update = z.infer<typeof Update>;

export const Updated = z.object({ sessionId: Text, update: z.unknown().optional() });

export const PermissionAsked = z.object({
  toolCall: ToolCall,
  options: z.array(z.object({ optionId: Text, kind: Text })),
});
export type PermissionAsked = z.infer<typeof PermissionAsked>;

/** What an agent was answered, as it was written. */
export const PermissionAnswered = z.object({
  result: z.object({ outcome: z.object({ optionId: Text.optional() }) }),
});
