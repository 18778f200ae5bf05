import type { AgentEvent } from '../agent.js';
import { withNewest } from '../session/newest.js';
import { Update, Updated } from './schema.js';
import { fallSilent, hear } from './speech.js';
import type { AcpThread } from './thread.js';
import { learn, tellTool } from './tool.js';
import { spend, spentBefore, usageOf } from './usage.js';

type Emit = (event: AgentEvent) => void;

const longestOther = 500;

/** What a session tells of itself. Before the prompt it only repeats what was (`session/load`), which is no news. */
export function update(thread: AcpThread, params: unknown, emit: Emit, cwd: string): AcpThread {
  const told = Updated.safeParse(params);
  if (!told.success) return tellOther(thread, JSON.stringify(params), emit);
  // Agents of the agent have sessions of their own, which are not the turn's.
  if (thread.isPrompted && told.data.sessionId !== thread.id) return thread;
  const known = Update.safeParse(told.data.update);
  if (!thread.isPrompted) return known.success ? repeated(thread, known.data) : thread;
  return known.success
    ? tell(thread, known.data, emit, cwd)
    : tellOther(thread, JSON.stringify(told.data.update), emit);
}

/** What is no message of this version's is kept for people. */
export function tellOther(thread: AcpThread, text: string, emit: Emit): AcpThread {
  const speech = fallSilent(thread.speech, emit);
  emit({ type: 'other', text: text.slice(0, longestOther) });
  return { ...thread, speech };
}

function repeated(thread: AcpThread, known: Update): AcpThread {
  if (known.sessionUpdate !== 'usage_update') return thread;
  return { ...thread, spending: spentBefore(thread.spending, usdOf(known)) };
}

function tell(thread: AcpThread, known: Update, emit: Emit, cwd: string): AcpThread {
  switch (known.sessionUpdate) {
    case 'agent_message_chunk':
    case 'agent_thought_chunk': {
      const kind = known.sessionUpdate === 'agent_message_chunk' ? 'message' : 'thinking';
      const { text = `[${known.content.type}]` } = known.content;
      return { ...thread, speech: hear(thread.speech, { kind, id: known.messageId ?? null, text }, emit) };
    }
    case 'tool_call':
    case 'tool_call_update': {
      const speech = fallSilent(thread.speech, emit);
      const tool = learn(thread.tools[known.toolCallId], known);
      const told = tellTool(tool, known.status ?? 'pending', emit, cwd);
      return { ...thread, speech, tools: withNewest(thread.tools, known.toolCallId, told) };
    }
    case 'plan':
      emit({ type: 'plan', steps: known.entries.map(({ content: text, status }) => ({ text, status })) });
      return thread;
    case 'usage_update': {
      const spending = spend(thread.spending, known.used, usdOf(known));
      return { ...thread, spending, usage: usageOf(spending) };
    }
    case 'user_message_chunk':
    case 'available_commands_update':
    case 'current_mode_update':
    case 'config_option_update':
    case 'session_info_update':
      return thread;
  }
}

function usdOf({ cost }: Extract<Update, { sessionUpdate: 'usage_update' }>): number | null {
  return cost?.currency === 'USD' ? cost.amount : null;
}
