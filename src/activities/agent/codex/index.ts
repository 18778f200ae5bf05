import type { Config } from '../../../config/config.js';
import { homeOf } from '../../keeper/containment/file-view.js';
import { loginsOf } from '../../keeper/containment/logins.js';
import { loginShell } from '../../keeper/environment.js';
import type { Agent } from '../agent.js';
import { createSessionAgent } from '../session/session-agent.js';
import { codexProtocol } from './protocol.js';
import { addressName, keyName } from './settings.js';
import type { CodexThread } from './state.js';

const homeName = 'CODEX_HOME';

/**
 * Codex by its app-server. With `agent.auth: inherit` it is the user's own Codex, with their login, settings and
 * sessions, because a copied login would be logged out; with `api_key` it has a home of the task's own.
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
      const own = byKey ? home : env[homeName];
      return {
        argv: loginShell(codex.command, config),
        env: { ...env, ...(own !== undefined && { [homeName]: own }) },
        writable: own === undefined ? loginsOf('codex', homeOf(env)) : [own],
      };
    },
    protocol: (turn) => codexProtocol(config, turn),
  });
}
