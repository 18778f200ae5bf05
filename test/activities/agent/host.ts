import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentFactory } from '../../../src/activities/agent/agent.js';
import { createAgentActivities } from '../../../src/activities/agent/activities.js';
import { placesOf } from '../../../src/activities/attempt.js';
import type { HostDeps } from '../../../src/activities/host.js';
import type { RunningProgram } from '../../../src/activities/keeper/strays.js';
import { endProgram, runningIn } from '../../../src/activities/keeper/strays.js';
import type { Config } from '../../../src/config/config.js';
import { parseConfig } from '../../../src/config/parse.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { Issue } from '../../../src/domain/issue.js';
import type { AgentPort, RunTurnInput, TurnOutcome } from '../../../src/workflows/ports.js';

export const issue: Issue = {
  id: 'tasks/SHOP-1.md',
  native_ref: null,
  identifier: 'SHOP-1',
  title: 'Add the sum',
  description: 'It is missing.',
  priority: null,
  state: 'Todo',
  branch_name: null,
  url: null,
  assignee_id: null,
  labels: [],
  blocked_by: [],
  dispatchable: true,
  created_at: null,
  updated_at: null,
  scope: [],
  acceptance: [],
  source: 'tracker',
};

/** A host with one prepared task: a workspace, a run directory, and agent activities in an activity's context. */
export class TestHost {
  readonly folder: string;
  readonly workspace: string;
  readonly runPath: string;
  readonly logged: string[] = [];

  constructor(
    /** What follows the sections that every workflow file needs here. */
    readonly sections: string,
    readonly prompt = 'Work on {{ issue.title }}.',
    readonly env: NodeJS.ProcessEnv = process.env,
    private readonly more: {
      createAgent?: AgentFactory;
      /** That of a host of another process. */
      folder?: string;
      /** The section of the workflow file; none unless given. */
      containment?: string;
    } = {},
  ) {
    this.folder = more.folder ?? realpathSync(mkdtempSync(join(tmpdir(), 'agent-test-')));
    this.workspace = join(this.folder, 'workspace');
    this.runPath = join(this.folder, 'data', 'runs', 'shop', 'SHOP-1');
    mkdirSync(this.workspace, { recursive: true });
    mkdirSync(this.runPath, { recursive: true });
    writeFileSync(join(this.runPath, 'issue.json'), JSON.stringify(issue));
  }

  get config(): Config {
    const text = `---
tracker: { kind: file, provider: { token: $TRACKER_TOKEN } }
repository: { url: . }
land: { mode: merge }
containment: ${this.more.containment ?? '{ level: none }'}
${this.sections}
---
${this.prompt}
`;
    return parseConfig(join(this.folder, 'WORKFLOW.md'), text, {});
  }

  get deps(): HostDeps {
    const log = (message: string) => void this.logged.push(message);
    return {
      host: 'here',
      paths: dataPaths(join(this.folder, 'data')),
      env: this.env,
      configs: { put: () => Promise.resolve(), get: () => Promise.resolve(this.config) },
      log: { debug: log, info: log, warn: log, error: log },
    };
  }

  runTurn(
    input: Partial<RunTurnInput> = {},
    activity: MockActivityEnvironment = new MockActivityEnvironment(),
  ): Promise<TurnOutcome> {
    const runTurn = (whole: RunTurnInput) => this.activities.runTurn(whole);
    return activity.run(runTurn, { ...this.input, ...input });
  }

  get activities(): AgentPort {
    return createAgentActivities(this.deps, this.more.createAgent);
  }

  get input(): RunTurnInput {
    return {
      config: this.config.hash,
      project: 'shop',
      identifier: 'SHOP-1',
      workspace: { host: 'here', path: this.workspace, runPath: this.runPath, ref: 'refs/x', baseSha: 'b' },
      attempt: null,
      turn: 1,
      round: 1,
      session: null,
      feedback: [],
    };
  }

  read(name: string): string {
    return readFileSync(join(this.workspace, name), 'utf8');
  }

  readRun(name: string): string {
    return readFileSync(join(this.runPath, name), 'utf8');
  }

  /** The programs of the task that run now. */
  running(): Promise<RunningProgram[]> {
    return runningIn(placesOf(this.runPath));
  }

  /** Ends what a test has left running, and removes everything. */
  async remove(): Promise<void> {
    await Promise.all((await this.running()).map(endProgram));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
