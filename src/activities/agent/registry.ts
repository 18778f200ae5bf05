import type { Config } from '../../config/config.js';
import { ConfigError } from '../../config/errors.js';
import { createAcpAgent } from './acp/index.js';
import type { Agent, AgentFactory } from './agent.js';
import { createClaudeAgent } from './claude/index.js';
import { createCodexAgent } from './codex/index.js';
import { createCommandAgent } from './command/index.js';

const factories = new Map<string, AgentFactory>([
  ['acp', createAcpAgent],
  ['codex', createCodexAgent],
  ['claude', createClaudeAgent],
  ['command', createCommandAgent],
]);

/** The agent that `agent.kind` names. Throws a `ConfigError` that names those that there are. */
export function createAgent(config: Config): Agent {
  const { kind } = config.agent;
  const factory = factories.get(kind);
  if (factory !== undefined) return factory(config);
  const allowed = [...factories.keys()].join(', ');
  throw new ConfigError(
    'config_invalid',
    config.file,
    `${config.file}: agent.kind is ${JSON.stringify(kind)}, but this version runs ${allowed}`,
    [{ key: 'agent.kind', found: kind, allowed }],
  );
}
