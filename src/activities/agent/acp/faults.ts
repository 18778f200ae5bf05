import type { TurnFault } from '../../../domain/failure.js';
import type { ThreadEnd } from '../session/backend.js';
import type { AuthMethods, RpcError } from './schema.js';

type Category = TurnFault | 'quota';

/** Of the protocol: the agent wants a login first. */
const authRequired = -32_000;

/** HTTP's words, where the agent passes on what the model's provider said: in the code, or at the head of the message. */
const categoryOfStatus = new Map<number, Category>([
  [401, 'not_logged_in'],
  [402, 'quota'],
  [403, 'not_logged_in'],
  [404, 'model_unavailable'],
  [413, 'context_overflow'],
  [429, 'rate_limited'],
]);

/** The agents' own names of their errors: Claude's `errorKind`, opencode's `errorName`, Codex' `codexErrorInfo`. */
const categoryOfName = new Map<string, Category>([
  ['authentication_failed', 'not_logged_in'],
  ['oauth_org_not_allowed', 'not_logged_in'],
  ['ProviderAuthError', 'not_logged_in'],
  ['unauthorized', 'not_logged_in'],
  ['billing_error', 'quota'],
  ['usageLimitExceeded', 'quota'],
  ['rate_limit', 'rate_limited'],
  ['ContextOverflowError', 'context_overflow'],
  ['contextWindowExceeded', 'context_overflow'],
  ['model_not_found', 'model_unavailable'],
  ['ProviderModelNotFoundError', 'model_unavailable'],
  ['APIError', 'model_error'],
  ['invalid_request', 'model_error'],
  ['server_error', 'model_error'],
]);

/**
 * Agents that speak ACP have no common word for what went wrong, so that the provider's sentence is the last resort.
 * It decides how long is waited and what people are told, nothing else.
 */
const categoryOfWords: readonly (readonly [RegExp, Category])[] = [
  [/usage limit|(exceeded|out of|insufficient).{0,30}(quota|credits?|balance)|insufficient_quota/i, 'quota'],
  [/rate.?limit|too many requests/i, 'rate_limited'],
  [/api.?key|unauthori[sz]ed|authenticat|not logged in|log ?in again/i, 'not_logged_in'],
  [/context.{0,20}(length|window|limit)|prompt is too long|too many tokens/i, 'context_overflow'],
  [/model.{0,80}(not found|not exist|not supported|unavailable|no access)/i, 'model_unavailable'],
];

/** How a turn ends for which the agent answered the prompt with an error. */
export function promptFault(error: RpcError, logins: AuthMethods): ThreadEnd {
  if (isLoginWanted(error)) return notLoggedIn(error.message, logins);
  const category = categoryOf(error);
  if (category === 'quota') return { kind: 'quota', until: untilOf(error.message), message: error.message };
  if (category === 'not_logged_in') return notLoggedIn(error.message, logins);
  return { kind: 'failed', category, message: `the agent says: ${error.message}` };
}

export function isLoginWanted({ code }: RpcError): boolean {
  return code === authRequired;
}

/** What a person has to do, with what the agent says of its ways to log in. */
export function notLoggedIn(message: string, logins: AuthMethods): ThreadEnd {
  const ways = logins.map(({ id, name, description }) =>
    [`- ${id}`, name, description].filter((word) => word != null && word !== '').join(': '),
  );
  const offered =
    ways.length === 0 ? [] : ['It offers, for acp.auth_method or on its own command line:', ...ways];
  const text = [
    `the agent is not logged in: ${message}`,
    'Log in with the agent itself, as the user that Continuo runs as, or let its key through with agent.env.',
    ...offered,
  ];
  return { kind: 'failed', category: 'not_logged_in', message: text.join('\n') };
}

function categoryOf({ code, message, data }: RpcError): Category {
  const named = Object.values(data ?? {}).flatMap((value) =>
    typeof value === 'string' ? (categoryOfName.get(value) ?? []) : [],
  );
  const worded = categoryOfWords.flatMap(([words, category]) => (words.test(message) ? category : []));
  const status = /\b([45]\d\d)\b/.exec(message.slice(0, 60))?.[1];
  const numbered = [code, Number(status)].flatMap((number) => categoryOfStatus.get(number) ?? []);
  const exact = named.filter((category) => category !== 'model_error');
  const [category] = [...exact, ...worded, ...numbered, ...named];
  return category ?? (code >= 400 || status !== undefined ? 'model_error' : 'turn_failed');
}

/** RFC 3339; Claude gives the moment after a bar, in seconds since 1970. */
function untilOf(message: string): string | null {
  const seconds = /\|(\d{10})\b/.exec(message)?.[1];
  return seconds === undefined ? null : new Date(Number(seconds) * 1_000).toISOString();
}
