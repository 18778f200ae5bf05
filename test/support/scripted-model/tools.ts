import type { ToolCall } from './script.js';

/** The calls that every agent has, under the names and with the fields that it gives them. */
export interface AgentTools {
  shell(command: string): ToolCall;
  /** Creates a file; the path is in the working directory. */
  write(path: string, content: string): ToolCall;
}

const codex = {
  shell: (command, others: Record<string, unknown> = {}) => ({
    name: 'exec_command',
    input: { cmd: command, login: false, yield_time_ms: 30_000, ...others },
  }),
  write: (path, content) => {
    const lines = content.replace(/\n$/, '').split('\n');
    const added = lines.map((line) => `+${line}`).join('\n');
    return {
      name: 'apply_patch',
      input: `*** Begin Patch\n*** Add File: ${path}\n${added}\n*** End Patch\n`,
    };
  },
} satisfies AgentTools;

const claude = {
  shell: (command) => ({ name: 'Bash', input: { command, description: 'Run a command' } }),
  write: (path, content) => ({ name: 'Write', input: { file_path: path, content } }),
  /** Refused for a file that the session has not read. */
  edit: (path: string, before: string, after: string): ToolCall => ({
    name: 'Edit',
    input: { file_path: path, old_string: before, new_string: after },
  }),
  read: (path: string): ToolCall => ({ name: 'Read', input: { file_path: path } }),
} satisfies AgentTools & Record<string, unknown>;

const opencode = {
  shell: (command) => ({ name: 'bash', input: { command, description: 'Run a command' } }),
  write: (path, content) => ({ name: 'write', input: { filePath: path, content } }),
} satisfies AgentTools;

/** How a model calls the tools of each agent. */
export const tools = { codex, claude, opencode };
