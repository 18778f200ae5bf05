import { agentOf } from '../activities/login/known-agents.js';
import { configOfKind } from '../config/agent-kind.js';
import type { Config } from '../config/config.js';
import { reviewerConfig } from '../config/reviewer.js';
import { kindsOf } from '../domain/player.js';

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

/** An agent that is started by a command line, and the program that this should begin with, where that is known. */
export interface AgentInUse {
  /** Whose it is: `agent`, or the reviewer. */
  name: string;
  /** As this agent has it. */
  config: Config;
  command: string;
  /** Where the command line stands in the workflow file. */
  key: string;
  program: AgentProgram | null;
}

/**
 * The agent that does the work, its fallback, which is needed when nobody looks, then those that review. The same command
 * line of the same kind is there once.
 */
export function agentsInUse(config: Config): AgentInUse[] {
  const reviewers = config.review?.agents ?? [];
  const agents = [
    ...kindsOf(config.agent).map((kind) => inUse('agent', configOfKind(config, kind))),
    ...reviewers.map((reviewer, index) => {
      const agent = inUse(`reviewer ${reviewer.name}`, reviewerConfig(config, reviewer));
      return reviewer.run === undefined ? agent : { ...agent, key: `review.agents[${index}].run` };
    }),
  ];
  return agents.filter((agent, index) => index === agents.findIndex((other) => isSame(other, agent)));
}

function isSame(one: AgentInUse, other: AgentInUse): boolean {
  return one.config.agent.kind === other.config.agent.kind && one.command === other.command;
}

function inUse(name: string, config: Config): AgentInUse {
  const { agent, acp, command } = config;
  switch (agent.kind) {
    case 'codex':
      return { name, config, command: config.codex.command, key: 'codex.command', program: codex };
    case 'claude':
      return { name, config, command: config.claude.command, key: 'claude.command', program: claude };
    case 'acp': {
      const { command: byAcp = '' } = acp ?? {};
      const program = agentOf(byAcp) === opencode.name ? opencode : null;
      return { name, config, command: byAcp, key: 'acp.command', program };
    }
    default:
      return { name, config, command: command?.run ?? '', key: 'command.run', program: null };
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
