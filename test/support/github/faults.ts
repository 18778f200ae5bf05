import type { Asked, Reply } from './exchange.js';

export interface Fault {
  /** What it meets. Nothing named: every request. A string must be the whole path, as `calls` has it. */
  match?: { method?: string; path?: string | RegExp; body?: RegExp };
  /** How many requests it meets, 1 unless told otherwise. */
  times?: number;
  /** The request is done, and only its answer is lost: as when a connection ends at the wrong moment. */
  isAfter?: boolean;
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, anything else as JSON. */
  body?: unknown;
  delayMs?: number;
  /** The answer, or the request, waits for it. */
  until?: Promise<unknown>;
  /** The connection ends in the middle of the answer. */
  truncate?: boolean;
  /** The connection ends without a word. */
  reset?: boolean;
  /** No answer until the server is closed. */
  hang?: boolean;
}

interface Placed {
  fault: Fault;
  left: number;
}

/** What goes wrong, placed by a test before the requests that meet it. */
export class Faults {
  /** Of every request that met one. */
  readonly met: Fault[] = [];
  private placed: Placed[] = [];

  add(fault: Fault): void {
    this.placed.push({ fault, left: fault.times ?? 1 });
  }

  /** GitHub's answer to too many requests at once. */
  addSecondaryLimit({ retryAfterSeconds, ...fault }: Fault & { retryAfterSeconds: number }): void {
    this.add({
      status: 403,
      headers: { 'retry-after': String(retryAfterSeconds) },
      body: {
        documentation_url:
          'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits',
        message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      },
      ...fault,
    });
  }

  clear(): void {
    this.placed = [];
  }

  /** The fault that this request meets. */
  take(asked: Asked): Fault | null {
    const found = this.placed.find(({ fault, left }) => left > 0 && isMet(fault, asked));
    if (found === undefined) return null;
    found.left -= 1;
    this.met.push(found.fault);
    return found.fault;
  }
}

function isMet({ match = {} }: Fault, { method, path, body }: Asked): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  if (match.body !== undefined && !match.body.test(body.toString())) return false;
  return typeof match.path === 'string' ? match.path === path : (match.path?.test(path) ?? true);
}

/** The answer that the fault names itself, if it names one. */
export function replyOf({ status, headers = {}, body }: Fault): Reply | null {
  if (status === undefined && body === undefined) return null;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? { message: 'Server Error' });
  return {
    status: status ?? 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: text,
  };
}
