import type { Config } from '../../../config/config.js';
import { normalizeState } from '../../../domain/issue.js';
import type { Issue } from '../../../domain/issue.js';
import { refused, said } from '../../tool.js';
import type { Tool } from '../../tool.js';
import { issueTools } from '../issue-tools.js';
import { keptComments } from '../kept-comments.js';
import type { ToolContext } from '../tracker.js';

/**
 * A task file changes by commits on the base alone, and an agent makes none there: its comments are kept beside the
 * task's logs, and its state is left to landing.
 */
export function fileTools(
  config: Config,
  find: (id: string) => Promise<Issue | null>,
  { issue, runPath }: ToolContext,
): Tool[] {
  const kept = keptComments(runPath);
  return issueTools(config, {
    read: () => find(issue.id),
    comments: () => kept.list(),
    async comment(text, key) {
      await kept.add({ by: 'the agent', text }, key);
      return said("kept with the task's logs; the task file itself is not changed");
    },
    async move(state) {
      const now = await find(issue.id);
      if (now !== null && normalizeState(now.state) === normalizeState(state))
        return said(`it is in ${state}`);
      return refused(
        `not moved to ${state}: a task file has its state on the base, and it changes with the commit that lands the work`,
      );
    },
  });
}
