import type { Config } from '../../../config/config.js';
import { loginShell } from '../../keeper/environment.js';
import type { Agent, Turn } from '../agent.js';
import type { Backend } from '../session/backend.js';
import { createSessionAgent } from '../session/session-agent.js';
import { toolServersFor } from '../tool-server.js';
import type { ClaudeThread, Conversation } from './thread.js';
import { claudeProtocol } from './thread.js';

/** A person answers in days: the longest that a timer takes. */
const toolTimeoutMs = 2 ** 31 - 1;

const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
};

/** Claude Code, which speaks JSON lines (`claude -p`). */
export function createClaudeAgent(config: Config): Agent {
  return createSessionAgent(config, claudeBackend(config));
}

function claudeBackend(config: Config): Backend<ClaudeThread> {
  const { claude, agent } = config;
  return {
    kind: 'claude',
    command: claude.command,
    credentials: agent.auth === 'api_key' ? ['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'] : [],
    patience: {
      readMs: claude.read_timeout_ms,
      turnMs: claude.turn_timeout_ms,
      stallMs: claude.stall_timeout_ms,
    },
    launch(turn, { conversation }) {
      const words = flags(config, turn, conversation).map(quoted).join(' ');
      const argv = loginShell(`${claude.command} ${words}`, config);
      const env = { ...turn.env, ...quiet, MCP_TOOL_TIMEOUT: String(toolTimeoutMs) };
      const { home } = turn;
      // By key, in a folder of the task's own, without settings, hooks and servers of the user's.
      return agent.auth === 'api_key'
        ? { argv, env: { ...env, CLAUDE_CONFIG_DIR: home }, writable: [home] }
        : { argv, env, login: { agent: 'claude', command: claude.command, home } };
    },
    protocol: claudeProtocol,
  };
}

function flags({ claude }: Config, turn: Turn, { id, isResumed }: Conversation): string[] {
  const servers = toolServersFor(turn.tools);
  const ownTools = servers.flatMap(({ name: server }) =>
    turn.tools.declared.map(({ name }) => `mcp__${server}__${name}`),
  );
  const allowed = [...ownTools, ...claude.allowed_tools];
  const mcpServers = Object.fromEntries(servers.map(({ name, command, args }) => [name, { command, args }]));
  // Who reviews on a host without a sandbox changes nothing.
  const mode = turn.isReadOnly && !turn.isShutIn ? 'default' : claude.permission_mode;
  return [
    ...['-p', '--output-format', 'stream-json', '--input-format', 'stream-json', '--verbose'],
    ...[isResumed ? '--resume' : '--session-id', id],
    ...(claude.model === undefined ? [] : ['--model', claude.model]),
    ...['--permission-mode', mode, '--permission-prompt-tool', 'stdio'],
    ...['--mcp-config', JSON.stringify({ mcpServers })],
    // It takes all words that follow.
    ...(allowed.length === 0 ? [] : ['--allowedTools', ...allowed]),
  ];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
