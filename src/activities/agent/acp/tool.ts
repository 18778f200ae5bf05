import { relative, resolve } from 'node:path';
import type { AgentEvent } from '../agent.js';
import type { ToolCall } from './schema.js';

/** What is known of a call of a tool. */
export interface Tool {
  name: string;
  title: string;
  kind: string;
  input: Record<string, unknown>;
  paths: string[];
  /** What it has printed. */
  output: string;
  isTold: boolean;
}

/** A tool prints what it likes; the agent has all of it. */
const longestOutput = 10_000;
const edits = ['edit', 'delete', 'move'];

const unknownTool: Tool = {
  name: '',
  title: '',
  kind: 'other',
  input: {},
  paths: [],
  output: '',
  isTold: false,
};

/** What is known after this word on it. Agents tell a call bit by bit, and the first name that comes is the tool's own. */
export function learn(known: Tool = unknownTool, call: ToolCall): Tool {
  const content = call.content ?? [];
  const named = [...(call.locations ?? []), ...content.filter((part) => part.type === 'diff')];
  const printed = content.flatMap((part) => (part.type === 'content' ? (part.content.text ?? []) : []));
  const title = call.title ?? known.title;
  return {
    ...known,
    name: call.name ?? (known.name === '' ? title : known.name),
    title,
    kind: call.kind ?? known.kind,
    input: { ...known.input, ...call.rawInput },
    paths: [...new Set([...known.paths, ...named.map(({ path }) => path)])],
    output: printed.length === 0 ? known.output : printed.join('\n').slice(0, longestOutput),
  };
}

/** Tells what is new: that it runs, and how it ended. */
export function tellTool(tool: Tool, status: string, emit: (event: AgentEvent) => void, cwd: string): Tool {
  // While it is pending, what it is about to do may not be known yet.
  if (status === 'pending') return tool;
  if (!tool.isTold) emit({ type: 'tool', name: tool.name, detail: detailOf(tool, cwd) });
  if (status === 'completed' || status === 'failed') {
    emit({ type: 'result', name: tool.name, text: tool.output, ok: status === 'completed' });
    if (status === 'completed' && edits.includes(tool.kind) && tool.paths.length > 0)
      emit({ type: 'files', paths: filesOf(tool, cwd) });
  }
  return { ...tool, isTold: true };
}

/** How the configuration calls what the tool does. */
export function requestKindOf({ kind }: Tool): 'command' | 'edit' | 'tool' {
  if (kind === 'execute') return 'command';
  return edits.includes(kind) ? 'edit' : 'tool';
}

/** What a pattern of the configuration is held against. Of several files each has a line, which no star matches. */
export function subjectOf(tool: Tool, cwd: string): string {
  switch (requestKindOf(tool)) {
    case 'command':
      return commandOf(tool) ?? tool.title;
    case 'edit':
      return tool.paths.length === 0 ? tool.title : filesOf(tool, cwd).join('\n');
    default:
      return tool.name;
  }
}

function detailOf(tool: Tool, cwd: string): string {
  const subject = subjectOf(tool, cwd);
  return subject === tool.name ? tool.title : subject;
}

/** A command line, also where it comes as the arguments of a shell; null when the agent gives none. */
function commandOf({ input }: Tool): string | null {
  const { command } = input;
  if (typeof command === 'string') return command;
  if (!Array.isArray(command)) return null;
  const [, flag, script, ...rest] = command.map(String);
  const isScript = script !== undefined && rest.length === 0 && (flag === '-c' || flag === '-lc');
  return isScript ? script : command.join(' ');
}

/** Each file once, as people write it. An agent may name one by a path in the working directory and by a whole one. */
function filesOf({ paths }: Tool, cwd: string): string[] {
  return [...new Set(paths.map((path) => shown(resolve(cwd, path), cwd)))];
}

function shown(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside !== '' && !inside.startsWith('..') ? inside : path;
}
