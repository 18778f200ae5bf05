import { z } from 'zod';
import { duration, word } from './schema-values.js';

/** How a program names itself to GitHub, and where that is; the tracker and the forge share it. */

const aVariable =
  'the name of an environment variable with $, such as $GITHUB_TOKEN: the file is no place for secrets';
export const secret = z
  .string({ error: aVariable })
  .regex(/^\$\{?[A-Za-z_][A-Za-z0-9_]*\}?$/, { error: aVariable });

const anAddress = 'an address that begins with https://, such as https://github.example.org/api/v3';
const apiUrl = z
  .string({ error: anAddress })
  .refine(isSafeUrl, { error: anAddress })
  .transform((url) => url.replace(/\/+$/, ''));

const aRepository = 'owner/name, such as acme/shop';
const aPriority = 'a whole number from 1 to 4, where 1 is the most urgent';
const idNumber = z.union([z.int().positive(), z.string().regex(/^[A-Za-z0-9.]+$/)], {
  error: 'the number that GitHub shows',
});

const App = z.object(
  {
    id: idNumber,
    /** The variable has the key itself, or the path of the file that has it. */
    private_key: secret,
    /** Found by the repository where it is missing. */
    installation_id: idNumber.optional(),
  },
  { error: 'a map with id and private_key' },
);

const GitHubAccess = z.object({
  /** Without it, what `repository.url` names. */
  repo: z
    .string({ error: aRepository })
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\/[A-Za-z0-9._-]+$/, { error: aRepository })
    .optional(),
  api_url: apiUrl.default('https://api.github.com'),
  token: secret.optional(),
  app: App.optional(),
});
export type GitHubAccess = z.infer<typeof GitHubAccess>;

/** `tracker.provider` of the `github` tracker. */
export const GitHubProvider = GitHubAccess.extend({
  /** What an open issue with such a label is called, by the name of the state. */
  state_labels: z.record(word, word).default({}),
  /** In place of labels such as `priority: 1` and `P1`. */
  priority_labels: z
    .record(word, z.int({ error: aPriority }).min(1, { error: aPriority }).max(4, { error: aPriority }))
    .optional(),
  /** A field of GitHub's Projects, with options such as those labels, or `High`, or a number. */
  priority_field: word.optional(),
  /** Shows people who works on an issue; null shows nothing. */
  claim_label: word.nullable().default('continuo: working'),
  /** A login, as a second sign of the same. */
  claim_assignee: word.nullable().default(null),
  status_comment: z.boolean().default(true),
  /** How old what is known of the issues may become before GitHub is asked again. */
  refresh_ms: duration.default(60_000),
});

export type GitHubProvider = z.infer<typeof GitHubProvider>;

/** `forge.provider` of the `github` forge. */
export const GitHubForgeProvider = GitHubAccess.extend({
  /** Put on a pull request when it is opened. */
  labels: z.array(word).default([]),
  /** Logins, and slugs of teams, that are asked for a review when it is ready for one. */
  reviewers: z.array(word).default([]),
  team_reviewers: z.array(word).default([]),
  /** How often open pull requests are looked at. */
  refresh_ms: duration.default(60_000),
});

export type GitHubForgeProvider = z.infer<typeof GitHubForgeProvider>;

/** Variables that are looked for, in this order, where the file names none. */
export const usualTokenVariables = ['GITHUB_TOKEN', 'GH_TOKEN'] as const;

/** `$NAME` and `${NAME}` without their signs. */
export function variableName(reference: string): string {
  return reference.replace(/[${}]/g, '');
}

export function secretVariablesOf(provider: Record<string, unknown>): string[] {
  const parsed = GitHubAccess.safeParse(provider);
  if (!parsed.success) return [...usualTokenVariables];
  const { token, app } = parsed.data;
  const named = [token, app?.private_key].flatMap((one) => (one === undefined ? [] : [variableName(one)]));
  return [...new Set([...named, ...usualTokenVariables])];
}

/** A token goes over no wire in the clear, except to the machine itself. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
