import type { ToolResult } from '../../keeper/protocol.js';
import type { Reply } from '../session/backend.js';
import type { Message } from './messages.js';
import { CommandApproval, Elicitation, FileApproval, UserInput } from './messages.js';
import type { Asked } from './state.js';

const allowOrDeny = ['allow', 'deny'];

/** What the agent asks, or null for a request that this version does not know. */
export function readRequest({ id, method = '', params }: Message): Asked | null {
  if (id === undefined) return null;
  const common = { id: String(id), rpcId: id, method, questions: [] };
  switch (method) {
    case 'item/commandExecution/requestApproval': {
      const { command, reason } = CommandApproval.parse(params);
      const text = because(`May it run this command?\n${command}`, reason);
      return { ...common, kind: 'command', subject: command, text, options: allowOrDeny };
    }
    case 'item/fileChange/requestApproval': {
      const { grantRoot, reason } = FileApproval.parse(params);
      const where = grantRoot === '' ? '' : ` under ${grantRoot}`;
      const text = because(`May it change files${where}?`, reason);
      return { ...common, kind: 'edit', subject: grantRoot, text, options: allowOrDeny };
    }
    case 'item/tool/requestUserInput': {
      const { questions } = UserInput.parse(params);
      const [first] = questions;
      return {
        ...common,
        kind: 'question',
        subject: method,
        text: questions.map(({ question }) => question).join('\n'),
        options: questions.length === 1 ? (first?.options ?? []).map(({ label }) => label) : [],
        questions: questions.map((question) => question.id),
      };
    }
    case 'mcpServer/elicitation/request': {
      const { serverName, message } = Elicitation.parse(params);
      return { ...common, kind: 'tool', subject: serverName, text: message, options: allowOrDeny };
    }
    default:
      return null;
  }
}

function because(text: string, reason: string): string {
  return reason === '' ? text : `${text}\nIt says: ${reason}`;
}

/** The result that answers a request. */
export function resultOf({ method, questions }: Asked, { verdict, text }: Reply): object {
  const isAllowed = verdict === 'allow';
  switch (method) {
    case 'item/tool/requestUserInput':
      return { answers: Object.fromEntries(questions.map((id) => [id, { answers: [text] }])) };
    case 'mcpServer/elicitation/request':
      return { action: isAllowed ? 'accept' : 'decline', content: isAllowed ? {} : null, _meta: null };
    default:
      return { decision: isAllowed ? 'accept' : 'decline' };
  }
}

/** What a call of a tool comes back with. */
export function callResult({ content, isError = false }: ToolResult): object {
  return { success: !isError, contentItems: content.map(({ text }) => ({ type: 'inputText', text })) };
}
