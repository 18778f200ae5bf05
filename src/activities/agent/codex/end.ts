import type { TurnFault } from '../../../domain/failure.js';
import type { ThreadEnd } from '../session/backend.js';
import type { TurnError } from './messages.js';

/** `codexErrorInfo` in the words that all agents share. What is not among them is a failure of the turn. */
const categories = new Map<string, TurnFault>([
  ['unauthorized', 'not_logged_in'],
  ['rateLimitExceeded', 'rate_limited'],
  ['contextWindowExceeded', 'context_overflow'],
  ['serverOverloaded', 'model_unavailable'],
  ['internalServerError', 'model_unavailable'],
  ['httpConnectionFailed', 'model_unavailable'],
  ['responseStreamConnectionFailed', 'model_unavailable'],
  ['responseStreamDisconnected', 'model_unavailable'],
  ['responseTooManyFailedAttempts', 'model_unavailable'],
  ['modelNotFound', 'model_error'],
  ['badRequest', 'model_error'],
  ['sandboxError', 'sandbox_failed'],
]);

const byStatus = new Map<number, TurnFault>([
  [401, 'not_logged_in'],
  [403, 'not_logged_in'],
  [429, 'rate_limited'],
]);

/** What a turn that did not complete has ended with. `resetsAt`: when the quota is there again, as far as it is known. */
export function endOf(status: string, error: TurnError | null, resetsAt: string | null): ThreadEnd {
  if (status === 'interrupted') return failed('turn_cancelled', 'codex says that the turn was interrupted');
  if (error === null) return failed('turn_failed', `codex ended the turn as ${status}`);
  const { name, httpStatus } = infoOf(error.codexErrorInfo);
  if (name === 'usageLimitExceeded') return { kind: 'quota', until: resetsAt, message: error.message };
  const category = byStatus.get(httpStatus ?? 0) ?? categories.get(name) ?? 'turn_failed';
  return failed(category, error.message);
}

function failed(category: TurnFault, message: string): ThreadEnd {
  return { kind: 'failed', category, message };
}

/** A word, or an object with a word as its one key. */
function infoOf(info: unknown): { name: string; httpStatus: number | null } {
  if (typeof info === 'string') return { name: info, httpStatus: null };
  const [name = '', value]: [string?, unknown?] = Object.entries(Object(info) as object)[0] ?? [];
  const { httpStatusCode } = Object(value) as { httpStatusCode?: unknown };
  return { name, httpStatus: typeof httpStatusCode === 'number' ? httpStatusCode : null };
}
