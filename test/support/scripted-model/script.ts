import type { ModelRequest } from './request.js';

/** What a reply says that it cost. `cached` and `cacheWrite` are parts of `input`, `reasoning` is a part of `output`. */
export interface Usage {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

/** A call of one of the agent's tools. An `input` that is text is for a tool that takes plain text, as Codex' `apply_patch`. */
export interface ToolCall {
  name: string;
  input: Record<string, unknown> | string;
}

/** What the model says in one reply, in this order: thinking, text, tool calls. */
export interface Answer {
  thinking: string;
  text: string;
  tools: ToolCall[];
  usage: Usage;
}

/** What went wrong, in the provider's words; without a type it is what the provider says to the status. */
export interface Fault {
  type?: string;
  message: string;
}

/** When a reply comes, and with which headers. */
interface Sending {
  headers: Record<string, string>;
  delayMs: number;
  /** Nothing is sent before this is settled. */
  after: Promise<unknown>;
}

/** One reply of the script. */
export type Reply =
  | ({ kind: 'answer'; answer: Answer } & Sending)
  | ({ kind: 'error'; status: number; fault: Fault; details: Record<string, unknown> } & Sending)
  | ({ kind: 'lateError'; fault: Required<Fault>; answer: Answer } & Sending)
  | ({ kind: 'disconnect'; moment: Moment; answer: Answer } & Sending)
  | ({ kind: 'hang' } & Sending);

/** Where a connection is cut: nothing was sent, half of the answer, or all of it but the words that it is complete. */
export type Moment = 'before' | 'middle' | 'end';

/** A reply, or one that depends on the request. */
export type Step = Reply | ((request: ModelRequest) => Reply);

/** Replies in the order of the requests, or a function that knows one for every request. */
export type Script = Step[] | ((request: ModelRequest) => Reply);

type Options = Partial<Sending> & { usage?: Partial<Usage>; thinking?: string };

/** The model says this and is done. */
export function say(text: string, options: Options = {}): Reply {
  return { kind: 'answer', answer: answerOf(text, [], options), ...sending(options) };
}

/** The model calls one tool, with a text before it where one is given. */
export function callTool(
  name: string,
  input: ToolCall['input'],
  options: Options & { text?: string } = {},
): Reply {
  return callTools([{ name, input }], options);
}

/** The model calls several tools in one reply. */
export function callTools(tools: ToolCall[], options: Options & { text?: string } = {}): Reply {
  return { kind: 'answer', answer: answerOf(options.text ?? '', tools, options), ...sending(options) };
}

/**
 * The provider refuses the request. `retryAfter` is in seconds; `details` are further fields of the error, as the
 * moment at which a usage limit ends.
 */
export function fail(
  status: number,
  options: Partial<Sending> &
    Partial<Fault> & { retryAfter?: number; details?: Record<string, unknown> } = {},
): Reply {
  const { type, message = `refused with ${status} by the script`, retryAfter, details = {} } = options;
  const { headers, ...others } = sending(options);
  const retry: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` };
  const fault = type === undefined ? { message } : { type, message };
  return { kind: 'error', status, fault, details, headers: { ...retry, ...headers }, ...others };
}

/** The provider begins to answer and then reports an error, as `context_length_exceeded`. */
export function failLate(type: string, message: string, options: Options = {}): Reply {
  const fault = { type, message };
  return { kind: 'lateError', fault, answer: answerOf('', [], options), ...sending(options) };
}

/** The connection breaks while this reply is sent. */
export function disconnect(moment: Moment, reply = say('This is only half of what I wanted to say.')): Reply {
  if (reply.kind !== 'answer') throw new Error('only an answer can break off');
  return { ...reply, kind: 'disconnect', moment };
}

/** The connection stays open, and nothing comes. */
export function hang(): Reply {
  return { kind: 'hang', ...sending({}) };
}

function answerOf(text: string, tools: ToolCall[], { usage, thinking = '' }: Options): Answer {
  const plain: Usage = { input: 100, cached: 0, cacheWrite: 0, output: 10, reasoning: 0 };
  return { thinking, text, tools, usage: { ...plain, ...usage } };
}

function sending({ headers = {}, delayMs = 0, after = Promise.resolve() }: Partial<Sending>): Sending {
  return { headers, delayMs, after };
}
