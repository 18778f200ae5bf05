import type { z } from 'zod';
import type { ConfigProblem } from './errors.js';

const longest = 60;

/** Says what stands somewhere, in a few words: a text in quotes, a number, `a list`, `nothing`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') {
    const quoted = JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
    // C1 controls and line separators pass JSON, but must not reach a terminal.
    return quoted.replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  return 'a map';
}

/** One sentence for one problem; the same form for workflow files and task files. */
export function problemText({ key, found, allowed }: ConfigProblem): string {
  return `${key === '' ? '' : `${key}: `}found ${found}, allowed: ${allowed}`;
}

/** `verify.checks[0].run`. */
function dottedPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** The problems that zod found in `data`, the first one for each key. */
export function problemsOf(error: z.ZodError, data: unknown): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const issue of error.issues) {
    const key = dottedPath(issue.path);
    if (problems.has(key)) continue;
    problems.set(key, { key, found: describe(valueAt(data, issue.path)), allowed: issue.message });
  }
  return [...problems.values()];
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    data,
  );
}

const typeNames: Record<string, string> = {
  string: 'a text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  number: 'a number',
};

/** zod's error map: the message of an issue is what is allowed there. A message in the schema itself comes first. */
export function allowedBy(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a value of type ${issue.expected}`;
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `at least ${String(issue.minimum)}`;
    default:
      return undefined;
  }
}
