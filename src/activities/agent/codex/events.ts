import type { AgentEvent } from '../agent.js';
import type { Message } from './messages.js';
import {
  AgentMessage,
  Command,
  FileChange,
  ItemNotice,
  Notice,
  Plan,
  Reasoning,
  ToolUse,
} from './messages.js';

/** As much of a command's output as is shown. */
const outputLimit = 4_000;

/** Nothing is lost with these: the whole comes with `item/completed`, and states say nothing of the work. */
const quiet =
  /\/(delta|outputDelta|summaryTextDelta|textDelta|summaryPartAdded|patchUpdated|terminalInteraction)$|^thread\/|^turn\/(started|completed|diff)|^account\/|^(remoteControl|mcpServer|skills|app|fs|serverRequest|hook)\/|^deprecationNotice$/;

/** What a notification tells of the agent's work; nothing where it tells no news. */
export function eventsOf({ method = '', params }: Message): AgentEvent[] {
  switch (method) {
    case 'item/started':
      return itemStarted(ItemNotice.parse(params).item);
    case 'item/completed':
      return itemCompleted(ItemNotice.parse(params).item);
    case 'turn/plan/updated':
      return [
        { type: 'plan', steps: Plan.parse(params).plan.map(({ step, status }) => ({ text: step, status })) },
      ];
    case 'warning':
    case 'configWarning':
    case 'guardianWarning': {
      const { message, summary } = Notice.parse(params);
      return [{ type: 'other', text: `warning: ${message || summary}` }];
    }
    default:
      return quiet.test(method)
        ? []
        : [{ type: 'other', text: `${method} ${JSON.stringify(params)}`.slice(0, outputLimit) }];
  }
}

type Item = { type: string };

function itemStarted(item: Item): AgentEvent[] {
  if (item.type === 'commandExecution') {
    return [{ type: 'tool', name: 'command', detail: Command.parse(item).command }];
  }
  if (item.type !== 'mcpToolCall' && item.type !== 'dynamicToolCall') return [];
  const { server, tool } = ToolUse.parse(item);
  return [{ type: 'tool', name: server === '' ? tool : `${server}.${tool}`, detail: '' }];
}

function itemCompleted(item: Item): AgentEvent[] {
  switch (item.type) {
    case 'agentMessage':
      return [{ type: 'message', text: AgentMessage.parse(item).text }];
    case 'reasoning': {
      const { summary } = Reasoning.parse(item);
      return summary.length === 0 ? [] : [{ type: 'thinking', text: summary.join('\n') }];
    }
    case 'commandExecution': {
      const { aggregatedOutput, status, exitCode } = Command.parse(item);
      const ok = status === 'completed' && (exitCode ?? 0) === 0;
      return [{ type: 'result', name: 'command', text: aggregatedOutput.slice(-outputLimit), ok }];
    }
    case 'fileChange': {
      const { changes, status } = FileChange.parse(item);
      return status === 'completed' ? [{ type: 'files', paths: changes.map(({ path }) => path) }] : [];
    }
    case 'mcpToolCall':
    case 'dynamicToolCall': {
      const { server, tool, status } = ToolUse.parse(item);
      return [
        {
          type: 'result',
          name: server === '' ? tool : `${server}.${tool}`,
          text: '',
          ok: status === 'completed',
        },
      ];
    }
    case 'userMessage':
      return [];
    default:
      return [{ type: 'other', text: item.type }];
  }
}
