import type { Answer, Fault } from './script.js';

/** What an agent sends, parsed. */
export type Body = Record<string, unknown>;

/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  event?: string;
  data: object | string;
}

/** An answer as a stream; without `closing` it is not complete. */
export interface EventStream {
  content: ServerSentEvent[];
  closing: ServerSentEvent[];
}

/** One provider's way to ask a model. */
export interface Dialect {
  name: 'responses' | 'messages' | 'chat';
  /** The end of the paths that speak it. */
  path: RegExp;
  /** The messages of a request, oldest first. */
  conversation(body: Body): unknown[];
  /** What an agent asks beside its work, as a title for the session: the answer to it, or null. */
  sideAnswer(body: Body): string | null;
  stream(answer: Answer, body: Body): EventStream;
  /** The answer in one piece; only where agents ask for it. */
  whole?(answer: Answer, body: Body): object;
  /** The body of a refused request. */
  error(status: number, fault: Fault, details: Record<string, unknown>): object;
  /** An error in the middle of a stream. */
  lateError(fault: Required<Fault>): ServerSentEvent;
}

let count = 0;

/** An id that no other thing of this process has. */
export function newId(prefix: string): string {
  count += 1;
  return `${prefix}_${count}`;
}

/** The pieces in which a text arrives. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,24}/g) ?? [];
}

/** The list under this name in a request; empty where there is none. */
export function listIn(body: Body, name: string): unknown[] {
  const value = body[name];
  return Array.isArray(value) ? value : [];
}
