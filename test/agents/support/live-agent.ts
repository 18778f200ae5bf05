import type { TaskStatus } from '../../../src/domain/status.js';
import { LiveProject } from '../../support/live-project.js';
import type { Script } from '../../support/scripted-model/index.js';
import { ScriptedModel } from '../../support/scripted-model/index.js';
import type { LiveKind, RealAgents } from './real-agents.js';
import { realAgents } from './real-agents.js';

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

/** The whole way, as people go it: `continuo up` with the task `sum`, a real agent in its sandbox, and the model that it asks. */
export class LiveAgent {
  private constructor(
    readonly project: LiveProject,
    readonly model: ScriptedModel,
    private readonly agents: RealAgents,
  ) {}

  static async start({ kind = 'codex', ...setting }: LiveSetting): Promise<LiveAgent> {
    const model = await ScriptedModel.start(setting.script);
    const { fallback, approvals } = setting;
    const agents = realAgents(fallback === undefined ? [kind] : [kind, fallback], model.port, [
      ...(fallback === undefined ? [] : [`fallback: ${fallback}`]),
      ...(approvals === undefined ? [] : [`approvals: ${approvals}`]),
    ]);
    const project = new LiveProject({
      workflow: `${agents.sections}
verify: { checks: [{ name: sum, run: ${JSON.stringify(setting.check)} }] }
review: { human: { when: never } }
land: { mode: merge }`,
      files: { 'README.md': 'A project.\n' },
      tasks: { sum: setting.task },
      ...(setting.provider !== undefined && { provider: setting.provider }),
      env: () => ({ ...agents.variables, ...setting.env }),
    });
    const live = new LiveAgent(project, model, agents);
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
    this.agents.remove();
  }
}
