/** What a line tells beside its message, by name. */
export type Fields = Record<string, unknown>;

/** How lines are written. */
export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Takes secrets out of a text. */
type Redact = (text: string) => string;
type Value = string | number | boolean;

/** Whatever is longer is a payload and belongs into a file of its own (SPEC 13.1). */
const longestValue = 1_000;
/** Of an error, and of the errors that caused it. */
const mostCauses = 3;

/** One line, without its end: `key=value` pairs (SPEC 13.1) or one JSON object. Fields without a value are left out. */
export function formatLine(format: LogFormat, fields: Fields, redact: Redact): string {
  const pairs = Object.entries(fields).flatMap(([key, value]): [string, Value][] =>
    value === undefined || value === null ? [] : [[key, plain(value, redact)]],
  );
  return format === 'json'
    ? escapeControls(JSON.stringify(Object.fromEntries(pairs)))
    : pairs.map(([key, value]) => `${key}=${quoted(String(value))}`).join(' ');
}

/** Secrets go before the text is cut and quoted: no half of one stays, and quoting hides none. */
function plain(value: unknown, redact: Redact): Value {
  if (typeof value === 'number' || typeof value === 'boolean') {
    const text = redact(String(value));
    return text === String(value) ? value : text;
  }
  return bounded(redact(textOf(value, redact)));
}

function textOf(value: unknown, redact: Redact): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return messageOf(value);
  if (typeof value === 'bigint') return String(value);
  const inside = (_key: string, part: unknown): unknown => (typeof part === 'string' ? redact(part) : part);
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  return JSON.stringify(value, inside);
}

/** What went wrong, and what made it so where the message does not say it. */
function messageOf(error: Error, depth = mostCauses): string {
  const { message, cause } = error;
  if (!(cause instanceof Error) || depth === 0 || message.includes(cause.message)) return message;
  return `${message}: ${messageOf(cause, depth - 1)}`;
}

function bounded(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** Quoted where it would not be one word. */
function quoted(text: string): string {
  return /^[^\s"=\\\p{C}]+$/u.test(text) ? text : escapeControls(JSON.stringify(text));
}

/** What would move a cursor or turn the direction of text, and that JSON lets stand. */
function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
