import type { Config } from '../../../config/config.js';
import { loginShell } from '../../keeper/environment.js';
import type { Agent } from '../agent.js';
import { createSessionAgent } from '../session/session-agent.js';
import { codexProtocol } from './protocol.js';
import { addressName, keyName } from './settings.js';
import type { CodexThread } from './state.js';

const homeName = 'CODEX_HOME';

/**
 * Codex by its app-server. With `agent.auth: inherit` it is the user's own Codex, with their login and settings; with
 * `api_key` it has a home of the task's own, without them.
 */
export function createCodexAgent(config: Config): Agent {
  const { agent, codex } = config;
  const byKey = agent.auth === 'api_key';
  return createSessionAgent<CodexThread>(config, {
    kind: 'codex',
    command: codex.command,
    credentials: byKey ? [keyName, addressName] : [],
    patience: {
      readMs: codex.read_timeout_ms,
      turnMs: codex.turn_timeout_ms,
      stallMs: codex.stall_timeout_ms,
    },
    launch({ env, home }) {
      const argv = loginShell(codex.command, config);
      return byKey
        ? { argv, env: { ...env, [homeName]: home }, writable: [home] }
        : { argv, env, login: { agent: 'codex', command: codex.command, home } };
    },
    protocol: (turn) => codexProtocol(config, turn),
  });
}
