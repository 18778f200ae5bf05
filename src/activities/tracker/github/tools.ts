import type { Config } from '../../../config/config.js';
import { said } from '../../tool.js';
import type { Tool } from '../../tool.js';
import { issueTools } from '../issue-tools.js';
import type { Desk, ToolContext } from '../tracker.js';
import type { createComments } from './comments.js';
import { asTracker } from './errors.js';

/** What an agent may do with the one issue that it works on, with the credential of the worker. */
export function gitHubTools(
  config: Config,
  desk: Desk,
  comments: ReturnType<typeof createComments>,
  { issue }: ToolContext,
): Tool[] {
  const number = Number(issue.id);
  return issueTools(config, {
    read: () => desk.readNow(issue.id),
    comments: () => asTracker(() => comments.list(number)),
    async comment(text, key) {
      await asTracker(() => comments.add(number, text, key));
      return said('the comment is on the issue');
    },
    async move(state) {
      await desk.move(issue.id, state);
      return said(`it is in ${state}`);
    },
  });
}
