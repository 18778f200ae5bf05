import { z } from 'zod';

/** What is used of GitHub's answers. Only what an issue cannot do without makes a record malformed (SPEC 11.1). */

const text = z.string().nullish().catch(null);
const Login = z.object({ login: z.string() }).nullish().catch(null);

const Label = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const labels = z
  .array(z.unknown())
  .catch([])
  .transform((all) =>
    all.flatMap((one) => {
      const label = Label.safeParse(one);
      return label.success ? [label.data] : [];
    }),
  );

const aTitle = 'a text that is not empty';

export const GitHubIssue = z.object({
  number: z.int({ error: 'a whole number' }),
  title: z.string({ error: aTitle }).trim().min(1, { error: aTitle }),
  state: z.enum(['open', 'closed']),
  body: text,
  html_url: text,
  labels,
  assignees: z.array(Login).catch([]),
  created_at: text,
  updated_at: text,
  /** How many there are, also finished ones; older servers do not say. */
  issue_dependencies_summary: z.object({ total_blocked_by: z.int() }).nullish().catch(null),
  sub_issues_summary: z.object({ total: z.int() }).nullish().catch(null),
});
export type GitHubIssue = z.infer<typeof GitHubIssue>;

/** A record as it came: issues are read one by one, so that a malformed one is no harm to the others. */
export const Entry = z.looseObject({
  number: z.int(),
  repository_url: z.string().catch(''),
  updated_at: z.string().catch(''),
  pull_request: z.unknown().optional(),
});
export type Entry = z.infer<typeof Entry>;
export const Entries = z.array(Entry);

export const Blocking = z.object({
  number: z.int(),
  state: z.string(),
  repository_url: z.string(),
});
export type Blocking = z.infer<typeof Blocking>;
export const Blockings = z.array(Blocking);

export const Ref = z.object({ object: z.object({ sha: z.string() }) });
export const Blob = z.object({ sha: z.string() });
export const BlobContent = z.object({ content: z.string() });
export const Nothing = z.unknown();
