import type { Config } from '../../../config/config.js';
import type { Turn } from '../agent.js';

/** The provider that takes its key from the environment, for `agent.auth: api_key`. */
const keyProvider = 'continuo';
const openAi = 'https://api.openai.com/v1';
export const keyName = 'OPENAI_API_KEY';
export const addressName = 'OPENAI_BASE_URL';

/**
 * How a thread is begun, and how it is resumed: never asking, and writing in the workspace alone, by Codex' sandbox or by
 * ours, unless the workflow file says otherwise (SPEC 10.5); what it says is passed through as it is.
 */
export function threadSettings({ agent, codex }: Config, turn: Turn): object {
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
    sandbox: turn.isReadOnly ? lookingMode(turn) : (codex.thread_sandbox ?? workingMode(turn)),
    ...(byKey && {
      modelProvider: keyProvider,
      config: { model_providers: { [keyProvider]: provider } },
    }),
  };
}

/** Offered with a new thread, which keeps them. Tools of MCP servers are hidden behind a search that a model has to make. */
export function dynamicTools({ tools }: Turn): object[] {
  return tools.declared.map((tool) => ({ type: 'function', ...tool }));
}

export function turnSettings({ codex }: Config, turn: Turn): object {
  return {
    cwd: turn.workspace,
    sandboxPolicy: turn.isReadOnly
      ? lookingPolicy(turn)
      : (codex.turn_sandbox_policy ?? (turn.isShutIn ? ourSandbox : ownSandbox(turn))),
  };
}

function workingMode({ isShutIn }: Turn): string {
  return isShutIn ? 'danger-full-access' : 'workspace-write';
}

/** Who reviews changes nothing, whatever the workflow file lets agents do that work. */
function lookingMode({ isShutIn }: Turn): string {
  return isShutIn ? 'danger-full-access' : 'read-only';
}

function lookingPolicy({ isShutIn }: Turn): object {
  return isShutIn ? ourSandbox : { type: 'readOnly', networkAccess: false };
}

/** One sandbox inside of another cannot be made everywhere, and ours is there already. */
const ourSandbox = { type: 'externalSandbox', networkAccess: 'restricted' };

function ownSandbox({ workspace }: Turn): object {
  return {
    type: 'workspaceWrite',
    writableRoots: [workspace],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: true,
  };
}
