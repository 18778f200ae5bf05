import { z } from 'zod';
import type { AgentEvent } from '../agent.js';
import { withNewest } from '../session/newest.js';
import { changedPath, commandOf } from './requests.js';
import { Block } from './schema.js';

/** The tools that are in use, by the ids of their uses; `path` is that of a file which is changed. */
export type Tools = Record<string, { name: string; path: string | null }>;

const longestText = 10_000;
const longestDetail = 500;

const Todo = z.object({
  todos: z.array(z.object({ content: z.string(), status: z.string().catch('pending') })),
});
const TextBlock = z.object({ text: z.string() });

/** What the blocks of one message tell. Those that this version does not know are told as they are. */
export function eventsOf(content: readonly unknown[], tools: Tools): { events: AgentEvent[]; tools: Tools } {
  let used = tools;
  const events = content.flatMap((each): AgentEvent[] => {
    const block = Block.safeParse(each).data;
    if (block === undefined) return [{ type: 'other', text: short(JSON.stringify(each), longestDetail) }];
    if (block.type === 'tool_use') {
      const { id, name, input } = block;
      used = withNewest(used, id, { name, path: changedPath(name, input) });
    }
    return eventsOfBlock(block, used);
  });
  return { events, tools: used };
}

function eventsOfBlock(block: Block, tools: Tools): AgentEvent[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'message', text: short(block.text, longestText) }];
    case 'thinking':
      return block.thinking === '' ? [] : [{ type: 'thinking', text: short(block.thinking, longestText) }];
    case 'tool_use':
      return [eventOfUse(block.name, block.input)];
    case 'tool_result': {
      const { name, path } = tools[block.tool_use_id] ?? { name: block.tool_use_id, path: null };
      const ok = block.is_error !== true;
      const result: AgentEvent = { type: 'result', name, text: textOf(block.content), ok };
      return ok && path !== null ? [result, { type: 'files', paths: [path] }] : [result];
    }
  }
}

function eventOfUse(name: string, input: unknown): AgentEvent {
  const todo = name === 'TodoWrite' ? Todo.safeParse(input).data : undefined;
  if (todo !== undefined) {
    return { type: 'plan', steps: todo.todos.map(({ content, status }) => ({ text: content, status })) };
  }
  const detail = commandOf(input) ?? changedPath(name, input) ?? JSON.stringify(input);
  return { type: 'tool', name, detail: short(detail, longestDetail) };
}

/** The output of a tool: a text, or a list of blocks. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return short(content, longestText);
  const blocks = Array.isArray(content) ? content : [];
  const texts = blocks.map((block) => TextBlock.safeParse(block).data?.text ?? JSON.stringify(block));
  return short(texts.join('\n'), longestText);
}

/** Pictures and whole files may be in what a tool gives. */
function short(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** A line that tells nothing that this version knows. */
export function unknownEvent(line: string): AgentEvent {
  return { type: 'other', text: short(line, longestDetail) };
}
