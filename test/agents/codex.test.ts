import { tools } from '../support/scripted-model/index.js';
import { describeSessionAgent } from './contract.js';

describeSessionAgent({
  agent: 'codex',
  tools: tools.codex,
  env: ['CODEX_HOME', 'SCRIPTED_KEY'],
  sections: (binary, more) => `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 20000, ${more} }`,
});
