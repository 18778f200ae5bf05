import { createHash } from 'node:crypto';
import type { GitHubClient } from '../../github/client.js';
import type { IssueComment } from '../issue-tools.js';
import { orNull } from './errors.js';
import type { GitHubPlace } from './place.js';
import { Comment, Comments } from './schema.js';

const kind = 'comments';
const marked = /^<!-- continuo:(status|comment) [0-9a-f]+ -->\n/;
interface Written {
  id: number;
  body?: string | null | undefined;
}

const statusSign = '<!-- continuo:status ';
const mostWritten = 500;
/** GitHub takes 65,536 characters. */
const longest = 60_000;

/** Comments of issues. A comment of the orchestrator's own has a mark in its first line, and is found by that after a crash. */
export function createComments(client: GitHubClient, { names }: GitHubPlace) {
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
    /** What people and agents have said, oldest first. */
    async list(number: number): Promise<IssueComment[]> {
      const said = (await all(number)).filter(({ body }) => body?.startsWith(statusSign) !== true);
      return said.map(({ user, body, created_at }) => ({
        by: user?.login ?? 'somebody who has left GitHub',
        at: created_at,
        text: (body ?? '').replace(marked, ''),
      }));
    },

    /** Key: the one given. */
    async add(number: number, text: string, key: string): Promise<void> {
      const mark = markOf('comment', key);
      if ((await find(number, mark)) === null) await create(number, `${mark}${text}`.slice(0, longest));
    },

    /** One comment for each key, edited in place; a person who deletes it gets it anew. */
    put: (number: number, text: string, key: string): Promise<void> =>
      put(number, markOf('status', key), text),
  };
}

function markOf(what: 'status' | 'comment', key: string): string {
  return `<!-- continuo:${what} ${createHash('sha256').update(key).digest('hex').slice(0, 24)} -->\n`;
}
