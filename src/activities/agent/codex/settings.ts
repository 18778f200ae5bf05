import type { Config } from '../../../config/config.js';
import type { Turn } from '../agent.js';
import { toolServer } from '../tool-server.js';

/** The provider that takes its key from the environment, for `agent.auth: api_key`. */
const keyProvider = 'continuo';
const openAi = 'https://api.openai.com/v1';
export const keyName = 'OPENAI_API_KEY';
export const addressName = 'OPENAI_BASE_URL';

/** A tool may wait for a person for days; in seconds. */
const longestCall = 365 * 24 * 3600;

/**
 * How a thread is begun, and how it is resumed: never asking, writing in the workspace alone, without a network,
 * unless the workflow file says otherwise (SPEC 10.5); what it says is passed through as it is.
 */
export function threadSettings({ agent, codex }: Config, turn: Turn): object {
  const tools = toolServer();
  const server = {
    command: tools.command,
    args: tools.args,
    env_vars: tools.environment,
    tool_timeout_sec: longestCall,
    default_tools_approval_mode: 'approve',
  };
  const provider = {
    name: 'OpenAI',
    base_url: turn.env[addressName] ?? openAi,
    env_key: keyName,
    wire_api: 'responses',
  };
  const byKey = agent.auth === 'api_key';
  return {
    cwd: turn.workspace,
    approvalPolicy: codex.approval_policy ?? 'never',
    sandbox: codex.thread_sandbox ?? 'workspace-write',
    ...(byKey && { modelProvider: keyProvider }),
    config: {
      mcp_servers: { [tools.name]: server },
      ...(byKey && { model_providers: { [keyProvider]: provider } }),
    },
  };
}

export function turnSettings({ codex }: Config, turn: Turn): object {
  return {
    cwd: turn.workspace,
    sandboxPolicy: codex.turn_sandbox_policy ?? {
      type: 'workspaceWrite',
      writableRoots: [turn.workspace],
      networkAccess: false,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: true,
    },
  };
}
