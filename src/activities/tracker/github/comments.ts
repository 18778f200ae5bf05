import type { GitHubClient } from '../../github/client.js';
import { createMarkedComments, markOf } from '../../github/comments.js';
import type { IssueComment } from '../issue-tools.js';
import type { GitHubPlace } from './place.js';

const marked = /^<!-- continuo:(status|comment) [0-9a-f]+ -->\n/;
const statusSign = '<!-- continuo:status ';

/** Comments of issues, by people, by agents and by the orchestrator itself. */
export function createComments(client: GitHubClient, { names }: GitHubPlace) {
  const comments = createMarkedComments(client, names);
  return {
    /** What people and agents have said, oldest first. */
    async list(number: number): Promise<IssueComment[]> {
      const said = (await comments.all(number)).filter(({ body }) => body?.startsWith(statusSign) !== true);
      return said.map(({ user, body, created_at }) => ({
        by: user?.login ?? 'somebody who has left GitHub',
        at: created_at,
        text: (body ?? '').replace(marked, ''),
      }));
    },

    /** Key: the one given. */
    add: (number: number, text: string, key: string): Promise<void> =>
      comments.add(number, markOf('comment', key), text),

    /** One comment for each key, edited in place; a person who deletes it gets it anew. */
    put: (number: number, text: string, key: string): Promise<void> =>
      comments.put(number, markOf('status', key), text),
  };
}
