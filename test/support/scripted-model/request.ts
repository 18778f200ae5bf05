import type { IncomingHttpHeaders } from 'node:http';
import type { Body, Dialect } from './dialect.js';

/** What an agent has asked for. */
export interface ModelRequest {
  /** Milliseconds since 1970. */
  at: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Empty where there is none. */
  body: Body;
  /** Null for what is not a question to the model. */
  dialect: Dialect['name'] | null;
  /** The messages of the request, oldest first. */
  conversation: unknown[];
  /** Whether the script has answered it; the others are side requests, which take nothing from it. */
  isScripted: boolean;
}
