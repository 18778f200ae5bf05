import type { TurnFault } from '../../../domain/failure.js';
import type { ThreadEnd } from '../session/backend.js';
import type { Result } from './schema.js';

/** What was told before a result, and says why it is as it is. */
export interface Trouble {
  /** Why the model could not be asked, in a word of Claude Code's. */
  error: string | null;
  /** The usage limit that was hit. */
  limit: { until: string | null } | null;
}

export const noTrouble: Trouble = { error: null, limit: null };

type Category = TurnFault | 'quota';

/** How the turn ended. `subtype` says `success` also of what failed, and is not looked at. */
export function endOf(result: Result, trouble: Trouble): ThreadEnd {
  const { is_error, terminal_reason, result: text, errors } = result;
  const said = [text, ...errors].filter((each) => each !== '').join('\n');
  // Older versions give no reason for what went well.
  if (!is_error && (terminal_reason ?? 'completed') === 'completed')
    return { kind: 'completed', summary: text.trim() };

  const message = said === '' ? `claude ended its turn as ${terminal_reason ?? 'failed'}` : said;
  const category = categoryOf(result, trouble);
  return category === 'quota'
    ? { kind: 'quota', until: trouble.limit?.until ?? null, message }
    : { kind: 'failed', category, message };
}

const categories = new Map<string, Category>([
  ['authentication_failed', 'not_logged_in'],
  ['billing_error', 'quota'],
  ['rate_limit', 'rate_limited'],
  ['server_error', 'model_unavailable'],
  ['overloaded', 'model_unavailable'],
  ['model_not_found', 'model_error'],
  ['invalid_request', 'model_error'],
]);

function categoryOf({ terminal_reason, api_error_status }: Result, { error, limit }: Trouble): Category {
  if (terminal_reason === 'prompt_too_long') return 'context_overflow';
  if (terminal_reason !== 'api_error') return 'turn_failed';
  const category = categories.get(error ?? '') ?? categoryOfStatus(api_error_status ?? null);
  return category === 'rate_limited' && limit !== null ? 'quota' : category;
}

/** Without a status there was no answer. */
function categoryOfStatus(status: number | null): TurnFault {
  if (status === null || status >= 500) return 'model_unavailable';
  if (status === 401 || status === 403) return 'not_logged_in';
  return status === 429 ? 'rate_limited' : 'model_error';
}
