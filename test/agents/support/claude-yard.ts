import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TestHost } from '../../activities/agent/host.js';
import { until } from '../../support/engine.js';
import type { Script } from '../../support/scripted-model/index.js';
import { ScriptedModel } from '../../support/scripted-model/index.js';
import { agentHome } from './home.js';

export const claudeVariables = [
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_API_KEY',
  'CLAUDE_CONFIG_DIR',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_MAX_RETRIES',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
];

export interface Setting {
  script: Script;
  /** The inside of the section `claude`, as a YAML map. */
  claude?: string;
  /** The same of the section `agent`, without `kind` and `env`. */
  agent?: string;
  /** Names of variables that do not reach the agent, although all others do. */
  without?: string[];
  env?: NodeJS.ProcessEnv;
  /** Whether the agent is shut in, and reaches nothing but the model. */
  isStrict?: boolean;
  /** What it reaches then beside the model. */
  ports?: number[];
}

/** The real Claude Code, a task for it, and the model that it asks. */
export class ClaudeYard {
  private constructor(
    readonly host: TestHost,
    readonly model: ScriptedModel,
  ) {}

  static async open(binary: string, setting: Setting): Promise<ClaudeYard> {
    const { script, claude = '', agent = '', without = [], env = {}, isStrict = false, ports = [] } = setting;
    const model = await ScriptedModel.start(script);
    const names = claudeVariables.filter((name) => !without.includes(name));
    const command = claude.includes('command:') ? '' : `command: ${JSON.stringify(binary)},`;
    const patience = claude.includes('read_timeout_ms') ? '' : 'read_timeout_ms: 120000,';
    const sections = `agent: { kind: claude, env: [${names.join(', ')}], ${agent} }
claude: { ${command} ${patience} ${claude} }`;
    const containment = isStrict
      ? `{ level: strict, host_ports: [${[model.port, ...ports].join(', ')}] }`
      : '{ level: none }';
    const known: NodeJS.ProcessEnv = {};
    const host = new TestHost(sections, undefined, known, { containment });
    const home = agentHome('claude', join(host.folder, 'home'), model.port);
    Object.assign(known, home, { CLAUDE_CODE_MAX_RETRIES: '1' }, env);
    return new ClaudeYard(host, model);
  }

  get home(): string {
    return join(this.host.folder, 'home');
  }

  /** What the model was asked, as text. */
  get asked(): string[] {
    return this.model.scripted.map(({ conversation }) => JSON.stringify(conversation));
  }

  /** Kills the keeper that runs, and with it the agent. */
  async killKeeper(): Promise<void> {
    const running = await this.host.running();
    for (const { keeper } of running) process.kill(keeper.process.pid, 'SIGKILL');
  }

  /** Waits for a file of the workspace. */
  appears(name: string): Promise<unknown> {
    return until(() => existsSync(join(this.host.workspace, name)));
  }

  /** Waits until this is in a conversation on the disk, where it comes a moment after it was said. */
  remembers(words: string): Promise<unknown> {
    return until(() => this.conversations().some((file) => readFileSync(file, 'utf8').includes(words)));
  }

  private conversations(): string[] {
    const folder = join(this.home, '.claude', 'projects');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name));
  }

  /** Removes all conversations. */
  forget(): void {
    rmSync(join(this.home, '.claude', 'projects'), { recursive: true });
  }

  async close(): Promise<void> {
    await this.host.remove();
    await this.model.close();
  }
}
