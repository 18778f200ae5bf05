import type { Config } from '../../config/config.js';

/** The variable that holds the key of each kind of agent which can have one. */
const keys: Readonly<Record<string, string>> = { claude: 'ANTHROPIC_API_KEY' };

/** The one secret that reaches the agent, by the name of its variable; none where the agent has a login of its own. */
export function credentialsOf({ agent }: Config): string[] {
  const key = keys[agent.kind];
  return agent.auth === 'api_key' && key !== undefined ? [key] : [];
}
