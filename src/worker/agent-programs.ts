import { agentOf } from '../activities/login/known-agents.js';
import type { Config } from '../config/config.js';

/** A program that `continuo doctor` knows how to ask. */
export interface AgentProgram {
  name: string;
  /** The oldest version that is known to speak what is needed. */
  oldest: string;
  /** How to ask whether somebody is logged in, by the exit code. */
  login?: { words: string; remedy: string };
}

const codex: AgentProgram = {
  name: 'codex',
  oldest: '0.169.0',
  login: { words: 'login status', remedy: 'log in with `codex login`' },
};
const claude: AgentProgram = {
  name: 'claude',
  oldest: '2.1.330',
  login: { words: 'auth status', remedy: 'log in with `claude auth login`' },
};
const opencode: AgentProgram = { name: 'opencode', oldest: '1.18.33' };

/** The command line of the configuration with its key, and the program that it should begin with, where that is known. */
export interface Examined {
  command: string;
  key: string;
  program: AgentProgram | null;
}

export function programOf({ agent, codex: byCodex, claude: byClaude, acp, command }: Config): Examined {
  switch (agent.kind) {
    case 'codex':
      return { command: byCodex.command, key: 'codex.command', program: codex };
    case 'claude':
      return { command: byClaude.command, key: 'claude.command', program: claude };
    case 'acp': {
      const { command: byAcp = '' } = acp ?? {};
      const program = agentOf(byAcp) === opencode.name ? opencode : null;
      return { command: byAcp, key: 'acp.command', program };
    }
    default:
      return { command: command?.run ?? '', key: 'command.run', program: null };
  }
}

/** Null where the text has no version in it. */
export function isOlder(text: string, oldest: string): boolean | null {
  const [version, least] = [numbersOf(text), numbersOf(oldest)];
  if (version === null || least === null) return null;
  const index = version.findIndex((number, at) => number !== least[at]);
  return index !== -1 && (version[index] ?? 0) < (least[index] ?? 0);
}

function numbersOf(text: string): number[] | null {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found === null ? null : found.slice(1).map(Number);
}
