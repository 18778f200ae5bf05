// Real agents that ask a scripted model. They are those of `npm run test:agents`, which installs them.
import { join } from 'node:path';
import { root } from './program.mjs';
import { importSources } from './sources.mjs';

/** The names of the variables that an agent needs, its section, and its own way to do one prompt and end. */
const kinds = {
  codex: {
    agent: 'kind: codex, env: [CODEX_HOME, SCRIPTED_KEY]',
    section: (binary) => `codex: { command: ${binary} app-server, read_timeout_ms: 300000 }`,
    bare: ['exec', '--json', '--skip-git-repo-check', '--sandbox', 'workspace-write'],
  },
  claude: {
    agent: 'kind: claude, env: [ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, CLAUDE_CONFIG_DIR]',
    section: (binary) => `claude: { command: ${binary}, read_timeout_ms: 300000 }`,
    bare: ['-p', '--permission-mode', 'acceptEdits'],
  },
  opencode: {
    agent: 'kind: acp, env: [OPENCODE_DISABLE_AUTOUPDATE, OPENCODE_DISABLE_MODELS_FETCH]',
    section: (binary) => `acp: { command: ${binary} acp, read_timeout_ms: 300000 }`,
    bare: ['run', '--format', 'json'],
  },
};

export const agentNames = Object.keys(kinds);

/** The agent with a model that answers as `script` says; null, with a line that says so, where it is not installed. */
export async function openAgent(scope, name, script, say) {
  const sources = await importSources(scope, 'scripted-agents', {
    '../test/support/scripted-model/index.ts': ['ScriptedModel', 'say', 'callTool'],
    '../test/agents/support/binary.ts': ['agentBinary'],
    '../test/agents/support/home.ts': ['agentHome'],
  });
  const binary = agentsProgram(sources, name, say);
  if (binary === null) return null;
  const model = await sources.ScriptedModel.start(script(sources));
  scope.defer(() => model.close());
  const { agent, section, bare } = kinds[name];
  // What it has done is no matter, but the task needs a change to land.
  const hooks = 'hooks: { after_run: "mkdir -p notes && echo done > notes/$RANDOM$RANDOM.txt" }';
  const containment = `containment: { host_ports: [${model.port}] }`;
  return {
    model,
    env: sources.agentHome(name, join(scope.folder(), 'home'), model.port),
    sections: { agent, others: [section(binary), hooks, containment].join('\n') },
    bare: [binary, ...bare],
  };
}

function agentsProgram({ agentBinary }, name, say) {
  const binary = agentBinary(name, join(root, 'test/agents/node_modules'));
  if (binary.kind === 'found') return binary.path;
  say(`  ${name} is left out: ${binary.reason}`);
  return null;
}
