/** A place in a text that looks like a secret. */
export interface PatternHit {
  /** Counts from 1. */
  line: number;
  rule: string;
  secret: string;
}

interface Pattern {
  rule: string;
  /** Global; its last group is the secret. Bounded in every part, because files may be one long line. */
  find: RegExp;
  accepts?: (secret: string) => boolean;
}

const assigned = String.raw`["']?(?:\s{0,3}:\s{0,3}\w{1,20})?\s{0,5}(?::=|=>|={1,3}|:)\s{0,5}`;
const passwordName = 'password|passwd|passphrase';
const keyName = '(?:secret|auth|api|access|private)[_-]?(?:key|token)|client[_-]?secret|secret|token';

/** What the rules of secretlint do not know. Precise rather than complete: a hit sends work back. */
const patterns: Pattern[] = [
  { rule: 'stripe', find: /\b([rs]k_live_[0-9A-Za-z]{16,250})/g },
  { rule: 'stripe-webhook', find: /\b(whsec_[0-9A-Za-z+/=]{24,250})/g },
  {
    rule: 'password',
    find: new RegExp(`(?:${passwordName})${assigned}(["'\`])([^\\s"'\`]{8,128})\\1`, 'gi'),
    accepts: isPassword,
  },
  {
    rule: 'key',
    find: new RegExp(`(?:${keyName})${assigned}(["'\`])([\\w.+/=~-]{20,250})\\1`, 'gi'),
    accepts: isKey,
  },
  // Files of variables, as for a shell, have no quotes.
  { rule: 'password', find: /PASS(?:WORD|WD|PHRASE)?=([^\s"'`]{8,128})\r?$/g, accepts: isPassword },
  { rule: 'key', find: /(?:SECRET|TOKEN|KEY)=([\w.+/=~-]{20,250})\r?$/g, accepts: isKey },
];

/** Words of examples and tests, names of other places, and templates: `$NAME`, `{{name}}`, `<name>`, `%s`. */
const placeholder =
  /pass(?:w|p|\d|$)|secret|change|example|sample|dummy|fake|mock|test|demo|your|here|placeholder|redacted|todo|xxx|\*\*\*|\.\.\.|1234|abc|[$<>{}()[\]%]/i;

/** The secrets that the patterns find, line by line. */
export function findByPattern(text: string): PatternHit[] {
  return text.split('\n').flatMap((content, index) =>
    patterns.flatMap(({ rule, find, accepts = () => true }) =>
      [...content.matchAll(find)]
        .map((match) => match.at(-1) ?? '')
        .filter(accepts)
        .map((secret) => ({ line: index + 1, rule, secret })),
    ),
  );
}

/** Letters with digits or signs: plain words are keys of messages, labels of forms and the like. */
function isPassword(text: string): boolean {
  return /[a-z]/i.test(text) && /[^a-z._/:-]/i.test(text) && isMixed(text, 6) && !placeholder.test(text);
}

/** Random letters and digits, not words or numbers that are joined by signs. */
function isKey(text: string): boolean {
  const isWords = text
    .split(/[-_./+=~]/)
    .every((part) => /^(?:[a-z]*|[A-Z][a-z]*|[A-Z]*|v?\d{1,4})$/.test(part));
  return /[a-z]/i.test(text) && /\d/.test(text) && isMixed(text, 10) && !isWords && !placeholder.test(text);
}

/** Whether the text has so many different characters. */
function isMixed(text: string, least: number): boolean {
  return new Set(text).size >= least;
}
