import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskStatus } from '../../../src/domain/status.js';
import { LiveProject } from '../../support/live-project.js';
import type { Script } from '../../support/scripted-model/index.js';
import { ScriptedModel } from '../../support/scripted-model/index.js';
import type { AgentName } from './binary.js';
import { agentBinary } from './binary.js';
import { agentVariables } from './home.js';

type LiveKind = Exclude<AgentName, 'opencode'>;

export interface LiveSetting {
  script: Script;
  /** The agent that works, and the one that goes on where its quota is used up. */
  kind?: LiveKind;
  fallback?: LiveKind;
  /** What the task `sum` says. */
  task: string;
  /** The command that verifies it. */
  check: string;
  /** The rules of `agent.approvals`. */
  approvals?: string;
  /** What `tracker.provider` has beside the path. */
  provider?: string;
  /** Variables of `continuo up`. */
  env?: Record<string, string>;
}

const programs: Record<LiveKind, (binary: string) => string> = {
  codex: (binary) => `codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 100000 }`,
  claude: (binary) => `claude: { command: ${JSON.stringify(binary)}, read_timeout_ms: 100000 }`,
};

/** The whole way, as people go it: `continuo up` with the task `sum`, a real agent in its sandbox, and the model that it asks. */
export class LiveAgent {
  private constructor(
    readonly project: LiveProject,
    readonly model: ScriptedModel,
    private readonly home: string,
  ) {}

  static async start({ kind = 'codex', fallback, ...setting }: LiveSetting): Promise<LiveAgent> {
    const model = await ScriptedModel.start(setting.script);
    // Not in the folder for temporary files: Codex has no sandbox there.
    const home = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-live-')));
    const kinds = fallback === undefined ? [kind] : [kind, fallback];
    const variables = Object.fromEntries(
      kinds.flatMap((name) => Object.entries(agentVariables(name, home, model.port))),
    );
    const sections = kinds.map((name) => {
      const binary = agentBinary(name);
      return programs[name](binary.kind === 'found' ? binary.path : '');
    });
    const second = fallback === undefined ? '' : `, fallback: ${fallback}`;
    const approvals = setting.approvals === undefined ? '' : `, approvals: ${setting.approvals}`;
    const project = new LiveProject({
      workflow: `agent: { kind: ${kind}${second}${approvals}, env: [${Object.keys(variables).join(', ')}] }
${sections.join('\n')}
containment: { host_ports: [${model.port}], readable: [${JSON.stringify(process.cwd())}] }
verify: { checks: [{ name: sum, run: ${JSON.stringify(setting.check)} }] }
review: { human: { when: never } }
land: { mode: merge }`,
      files: { 'README.md': 'A project.\n' },
      tasks: { sum: setting.task },
      ...(setting.provider !== undefined && { provider: setting.provider }),
      env: () => ({ ...variables, ...setting.env }),
    });
    const live = new LiveAgent(project, model, home);
    await project.start();
    return live;
  }

  status(): Promise<TaskStatus | null> {
    return this.project.status('sum');
  }

  /** Waits until the task's history says this. */
  says(words: string): Promise<void> {
    return this.project.until(`the history says: ${words}`, async () =>
      JSON.stringify((await this.status())?.history ?? []).includes(words),
    );
  }

  landed(): Promise<void> {
    return this.project.until('the change has landed', async () => (await this.status())?.phase === 'done');
  }

  async close(): Promise<void> {
    await this.project.close();
    await this.model.close();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
