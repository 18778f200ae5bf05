import { tools } from '../../support/scripted-model/index.js';
import { opencodeVariables } from './acp-host.js';
import type { SessionAgentFacts } from './agent-rig.js';
import { claudeVariables } from './claude-yard.js';

/** What an agent says comes late on a machine that has much to do. */
const patient = 'read_timeout_ms: 100000';

export const codex: SessionAgentFacts = {
  agent: 'codex',
  tools: tools.codex,
  askTool: 'ask_human',
  sections: (binary, more) => `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, ${patient}, ${more} }`,
};

export const claude: SessionAgentFacts = {
  agent: 'claude',
  tools: tools.claude,
  askTool: 'mcp__continuo__ask_human',
  sections: (binary, more) => `agent: { kind: claude, env: [${claudeVariables.join(', ')}] }
claude: { command: ${JSON.stringify(binary)}, ${patient}, allowed_tools: [Bash], ${more} }`,
};

export const opencode: SessionAgentFacts = {
  agent: 'opencode',
  tools: tools.opencode,
  askTool: 'continuo_ask_human',
  // Of a turn it tells the tokens of its last request.
  tokensOfTwo: 110,
  sections: (binary, more) => `agent: { kind: acp, env: ${opencodeVariables} }
acp: { command: ${JSON.stringify(`${binary} acp`)}, ${patient}, ${more} }`,
};
