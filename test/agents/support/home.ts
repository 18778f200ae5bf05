import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentName } from './binary.js';

type Environment = Record<string, string>;

/**
 * Makes the folder the home of an agent that asks the model on this port and nobody else, and returns the whole
 * environment to start the agent with. The keys are not secret: the model takes any.
 */
export function agentHome(name: AgentName, folder: string, port: number): Environment {
  // Codex has no sandbox where its home is in the folder for temporary files, so it gets another one.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    SHELL: '/bin/bash',
    ...agentVariables(name, folder, port),
  };
}

/** The same, for an agent that is started with other variables too; returns those that are its own. */
export function agentVariables(name: AgentName, folder: string, port: number): Environment {
  return homes[name](folder, port);
}

const homes: Record<AgentName, (folder: string, port: number) => Environment> = {
  codex(folder, port) {
    const home = join(folder, '.codex');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'config.toml'), codexConfig(port));
    return { CODEX_HOME: home, SCRIPTED_KEY: 'scripted' };
  },

  claude(folder, port) {
    const home = join(folder, '.claude');
    mkdirSync(home, { recursive: true });
    return {
      CLAUDE_CONFIG_DIR: home,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: 'scripted',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_TELEMETRY: '1',
    };
  },

  opencode(folder, port) {
    const home = join(folder, '.config', 'opencode');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'opencode.json'), JSON.stringify(opencodeConfig(port)));
    // It would install a package for plugins from the registry.
    writeFileSync(join(folder, '.npmrc'), 'offline=true\n');
    return { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' };
  },
};

/**
 * The model's name decides on the tools that Codex offers; for this one `apply_patch` is among them. The provider comes
 * last, so that a test can append to it, as `stream_idle_timeout_ms` where it lets the model hang.
 */
function codexConfig(port: number): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false

[analytics]
enabled = false

[features]
plugins = false

[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 2
stream_max_retries = 2
`;
}

function opencodeConfig(port: number): object {
  const model = { name: 'Scripted', tool_call: true, limit: { context: 100_000, output: 8_000 } };
  const options = { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'scripted' };
  return {
    autoupdate: false,
    share: 'disabled',
    model: 'scripted/scripted',
    small_model: 'scripted/scripted',
    provider: {
      scripted: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Scripted',
        options,
        models: { scripted: model },
      },
    },
  };
}
