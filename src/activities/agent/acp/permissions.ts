import type { Reply } from '../session/backend.js';
import { withNewest } from '../session/newest.js';
import { PermissionAsked } from './schema.js';
import type { AcpThread, Permission } from './thread.js';
import { learn, requestKindOf, subjectOf } from './tool.js';

/** What is written for people, by kind. */
const asks = {
  command: 'The agent asks whether it may run this command',
  edit: 'The agent asks whether it may change these files',
  tool: 'The agent asks whether it may use this tool',
};

/** The agent asks for leave (`session/request_permission`). Null when this is no such request. */
export function permissionAsked(
  thread: AcpThread,
  rpcId: string | number,
  params: unknown,
  cwd: string,
): AcpThread | null {
  const parsed = PermissionAsked.safeParse(params);
  if (!parsed.success) return null;
  const { toolCall, options } = parsed.data;
  const tool = learn(thread.tools[toolCall.toolCallId], toolCall);
  const kind = requestKindOf(tool);
  const subject = subjectOf(tool, cwd);
  const optionOf = (...kinds: string[]) =>
    kinds.flatMap((one) => options.find((option) => option.kind === one) ?? [])[0]?.optionId ?? null;
  const about = tool.title === subject || tool.title === '' ? [] : [tool.title];
  const permission: Permission = {
    id: `permission-${thread.asked + 1}`,
    kind,
    subject,
    text: [`${asks[kind]}:`, subject, ...about].join('\n'),
    options: ['allow', 'deny'],
    rpcId,
    allow: optionOf('allow_once', 'allow_always'),
    deny: optionOf('reject_once', 'reject_always'),
  };
  return {
    ...thread,
    asked: thread.asked + 1,
    requests: [...thread.requests, permission],
    tools: withNewest(thread.tools, toolCall.toolCallId, tool),
  };
}

/** What the agent is answered. One that does not offer what was decided is told that nothing was. */
export function outcomeOf({ allow, deny }: Permission, { verdict }: Pick<Reply, 'verdict'>): object {
  const optionId = verdict === 'allow' ? allow : deny;
  return { outcome: optionId === null ? { outcome: 'cancelled' } : { outcome: 'selected', optionId } };
}
