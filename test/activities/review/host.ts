import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placesOf } from '../../../src/activities/attempt.js';
import { openMirror } from '../../../src/activities/git/mirror.js';
import type { HostDeps } from '../../../src/activities/host.js';
import { endProgram, runningIn } from '../../../src/activities/keeper/strays.js';
import { createReviewActivities } from '../../../src/activities/review/activities.js';
import { parseConfig } from '../../../src/config/parse.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { Raised } from '../../../src/domain/finding.js';
import type { ReviewInput, ReviewOutcome } from '../../../src/workflows/review-port.js';
import { testIssue } from '../../support/fake-ports.js';
import type { Change } from '../verify/repository.js';
import { TestRepository } from '../verify/repository.js';

interface Options {
  prompt?: string;
  timeoutMs?: number;
  /** In the workflow file; `{ level: none }` unless given. */
  containment?: string;
  env?: NodeJS.ProcessEnv;
  /** Sections of the workflow file that say which agents there are; a command unless given. */
  agents?: string;
}

/** A host with a task that has changed a repository, and reviewers as real programs. */
export class ReviewHost {
  readonly repository = new TestRepository();
  readonly runPath = join(this.repository.root, 'data', 'runs', 'shop', 'one');
  readonly baseSha: string;
  readonly sha: string;

  constructor(base: Record<string, Change>, change: Record<string, Change>, issue = {}) {
    mkdirSync(this.runPath, { recursive: true });
    writeFileSync(join(this.runPath, 'issue.json'), JSON.stringify(testIssue(issue)));
    this.baseSha = this.repository.commit(base);
    this.sha = this.repository.commit(change);
  }

  /** A path that the test and an uncontained reviewer share. */
  path(name: string): string {
    return join(this.repository.root, name);
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : '';
  }

  /** Lets a reviewer look that is this command line, or this kind of agent. */
  async review(
    reviewer: string | { agent: string; run?: string },
    {
      prompt = 'Look for bugs in {{ issue.title }}.',
      timeoutMs = 60_000,
      containment = '{ level: none }',
      env = process.env,
      agents = 'agent: { kind: command }\ncommand: { run: agent }',
    }: Options = {},
    input: Partial<ReviewInput> = {},
    activity = new MockActivityEnvironment(),
  ): Promise<ReviewOutcome> {
    const what = typeof reviewer === 'string' ? { run: reviewer } : reviewer;
    const bugs = { name: 'bugs', prompt, ...what, timeout_ms: timeoutMs };
    const text = `---
tracker: { kind: file }
repository: { url: ${JSON.stringify(this.repository.path)}, base: main }
land: { mode: merge }
containment: ${containment}
${agents}
review: { agents: ${JSON.stringify([bugs, { name: 'style', prompt, ...what }])} }
---
`;
    const config = parseConfig(this.path('WORKFLOW.md'), text, {});
    const log = () => undefined;
    const deps: HostDeps = {
      host: 'here',
      paths: dataPaths(this.path('data')),
      env,
      configs: { put: () => Promise.resolve(), get: () => Promise.resolve(config) },
      log: { debug: log, info: log, warn: log, error: log },
    };
    await (await openMirror({ paths: deps.paths, config })).fetch();
    const activities = createReviewActivities(deps);
    const workspace = {
      host: 'here',
      path: '/nowhere',
      runPath: this.runPath,
      ref: 'refs/x',
      baseSha: this.baseSha,
    };
    return activity.run((whole: ReviewInput) => activities.review(whole), {
      config: config.hash,
      project: 'shop',
      identifier: 'one',
      workspace,
      sha: this.sha,
      baseSha: this.baseSha,
      round: 1,
      reviewer: 'bugs',
      checks: [],
      earlier: [],
      limits: { tokens: null, usd: null },
      ...input,
    });
  }

  /** What a reviewer finds that answers with these remarks. */
  async findings(...remarks: object[]): Promise<Raised[]> {
    writeFileSync(this.path('answer'), JSON.stringify({ findings: remarks }));
    const outcome = await this.review(`cat ${this.path('answer')}`);
    if (outcome.kind !== 'reviewed') throw new Error(outcome.message);
    return outcome.findings;
  }

  running() {
    return runningIn(placesOf(this.runPath));
  }

  async remove(): Promise<void> {
    await Promise.all((await this.running()).map(endProgram));
    this.repository.remove();
  }
}
