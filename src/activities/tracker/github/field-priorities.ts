import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import type { GitHubPlace } from './place.js';
import type { Rules } from './issue.js';
import { priorityNamed } from './issue.js';

/** GitHub says nowhere that such a field has changed, so all are read again now and then. */
const everyMs = 5 * 60_000;
/** GitHub's own limit. */
const largestPage = 100;

export const prioritiesQuery = `query ($owner: String!, $repo: String!, $field: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    issues(first: $first, after: $after, states: OPEN) {
      pageInfo { hasNextPage endCursor }
      nodes { number projectItems(first: 10) { nodes { fieldValueByName(name: $field) {
        __typename
        ... on ProjectV2ItemFieldSingleSelectValue { name }
        ... on ProjectV2ItemFieldNumberValue { number }
        ... on ProjectV2ItemFieldTextValue { text }
      } } } }
    }
  }
}`;

const Value = z.object({
  name: z.string().nullish(),
  number: z.number().nullish(),
  text: z.string().nullish(),
});
const Node = z.object({
  number: z.int(),
  projectItems: z
    .object({ nodes: z.array(z.object({ fieldValueByName: Value.nullish() }).nullable()).nullish() })
    .nullish(),
});
type Node = z.infer<typeof Node>;
const Answer = z.object({
  repository: z
    .object({
      issues: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
        nodes: z.array(Node.nullable()).nullish(),
      }),
    })
    .nullish(),
});

interface Wanted {
  /** The name of the field; undefined where none is configured, which costs nothing. */
  field: string | undefined;
  rules: Rules;
  now: () => number;
}

/** Tells the priority of an open issue by a field of the projects that it is in: the most urgent one, or null. */
export function createFieldPriorities(
  client: GitHubClient,
  { names }: GitHubPlace,
  { field, rules, now }: Wanted,
): (number: number) => Promise<number | null> {
  let known = new Map<number, number>();
  let readAt = -Infinity;
  let running: Promise<void> | null = null;

  async function read(): Promise<void> {
    const at = now();
    // A clock that was set back must not keep anything from being read.
    if (at >= readAt && at < readAt + everyMs) return;
    const found = new Map<number, number>();
    let after: string | null = null;
    do {
      const variables = { ...names, field, first: largestPage, after };
      const asked = { kind: 'priorities', query: prioritiesQuery, variables };
      const page: z.infer<typeof Answer> = await client.graphql(asked, Answer);
      const { nodes, pageInfo } = page.repository?.issues ?? {};
      for (const node of nodes ?? []) {
        const priority = node === null ? null : mostUrgent(node, rules);
        if (node !== null && priority !== null) found.set(node.number, priority);
      }
      after = pageInfo?.hasNextPage === true ? (pageInfo.endCursor ?? null) : null;
    } while (after !== null);
    known = found;
    readAt = at;
  }

  return async (number) => {
    if (field === undefined) return null;
    // Who asks meanwhile gets the same answer.
    running ??= read().finally(() => {
      running = null;
    });
    await running;
    return known.get(number) ?? null;
  };
}

function mostUrgent({ projectItems }: Node, rules: Rules): number | null {
  const found = (projectItems?.nodes ?? []).flatMap((item) => {
    const { name, text, number } = item?.fieldValueByName ?? {};
    return priorityNamed(name ?? text ?? String(number ?? ''), rules) ?? [];
  });
  return found.length === 0 ? null : Math.min(...found);
}
