import type { Config } from '../../../config/config.js';
import { ConfigError } from '../../../config/errors.js';
import { loginShell } from '../../keeper/environment.js';
import type { Agent } from '../agent.js';
import { createSessionAgent } from '../session/session-agent.js';
import { acpProtocol } from './protocol.js';
import { withTools } from './tool-server.js';

/** Any agent that speaks the Agent Client Protocol on stdio: `acp.command` by a login shell in the workspace. */
export function createAcpAgent(config: Config): Agent {
  const { acp } = config;
  if (acp === undefined)
    throw new ConfigError('config_invalid', config.file, `${config.file}: agent.kind acp needs acp.command`);
  const { command, auth_method: authMethod, mode, model } = acp;
  return createSessionAgent(config, {
    kind: 'acp',
    command,
    // What it needs is let through by agent.env.
    credentials: [],
    patience: { readMs: acp.read_timeout_ms, turnMs: acp.turn_timeout_ms, stallMs: acp.stall_timeout_ms },
    launch: ({ env, home }) => ({
      argv: loginShell(command, config),
      env: withTools(env),
      login: { command, home },
    }),
    protocol: (turn) => acpProtocol(turn, { authMethod, mode, model }),
  });
}
