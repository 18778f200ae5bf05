import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { GitHubClient } from './client.js';
import { orNull } from './errors.js';
import type { Names } from './names.js';

const Comment = z.object({ id: z.int(), body: z.string().nullish().catch(null) });
const Comments = z.array(
  Comment.extend({
    user: z.object({ login: z.string() }).nullish().catch(null),
    created_at: z.string().catch(''),
  }),
);

/** Comments below an issue or a pull request. One of our own has a mark in its first line, and is found by that after a crash. */
export interface MarkedComments {
  /** Oldest first. */
  all(number: number): Promise<z.infer<typeof Comments>>;
  /** The text of the comment with this mark; null where there is none. */
  read(number: number, mark: string): Promise<string | null>;
  /** Once for each mark. */
  add(number: number, mark: string, text: string): Promise<void>;
  /** One comment for each mark, edited in place; a person who deletes it gets it anew. */
  put(number: number, mark: string, text: string): Promise<void>;
}

const kind = 'comments';

interface Written {
  id: number;
  body?: string | null | undefined;
}

const mostWritten = 500;
/** GitHub takes 65,536 characters. */
const longest = 60_000;

export function createMarkedComments(client: GitHubClient, names: Names): MarkedComments {
  const at = 'repos/{owner}/{repo}/issues';

  function all(number: number) {
    const parameters = { ...names, issue_number: number };
    return client.list({ kind, route: `GET /${at}/{issue_number}/comments`, parameters }, Comments);
  }

  /** The oldest one: a copy of the mark in somebody's later comment is not ours. */
  async function find(number: number, mark: string) {
    return (await all(number)).find(({ body }) => body?.startsWith(mark)) ?? null;
  }

  async function create(number: number, body: string): Promise<number> {
    const parameters = { ...names, issue_number: number, body };
    return (await client.write({ kind, route: `POST /${at}/{issue_number}/comments`, parameters }, Comment))
      .id;
  }

  async function edit(id: number, body: string): Promise<boolean> {
    const parameters = { ...names, comment_id: id, body };
    return (
      (await orNull(
        client.write({ kind, route: `PATCH /${at}/comments/{comment_id}`, parameters }, Comment),
      )) !== null
    );
  }

  /** What there is, by issue and mark, as far as this worker has seen it. */
  const written = new Map<string, Written>();

  function keep(key: string, comment: Written): void {
    written.delete(key);
    written.set(key, comment);
    for (const oldest of [...written.keys()].slice(0, -mostWritten)) written.delete(oldest);
  }

  async function put(number: number, mark: string, text: string): Promise<void> {
    const body = `${mark}${text}`.slice(0, longest);
    const key = `${number} ${mark}`;
    const before = written.get(key) ?? (await find(number, mark));
    if (before?.body === body) return;
    const id = before?.id ?? (await create(number, body));
    if (before === null || (await edit(id, body))) {
      keep(key, { id, body });
      return;
    }
    // A person has deleted it.
    written.delete(key);
    await put(number, mark, text);
  }

  return {
    all,
    read: async (number, mark) => (await find(number, mark))?.body ?? null,
    async add(number, mark, text) {
      if ((await find(number, mark)) === null) await create(number, `${mark}${text}`.slice(0, longest));
    },
    put,
  };
}

/** A line that people do not see, with what tells this text from all others. */
export function markOf(what: string, key: string): string {
  return `<!-- continuo:${what} ${createHash('sha256').update(key).digest('hex').slice(0, 24)} -->\n`;
}
