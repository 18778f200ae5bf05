import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitingKinds } from '../../src/domain/waiting.js';
import { freePorts } from '../../src/worker/engine/ports.js';
import { LiveProject } from '../support/live-project.js';

const workflow = `
agent: { kind: claude, env: [MODEL_LOGIN], max_concurrent_agents: 1 }
claude: { command: node agent.mjs }
hooks: { before_run: 'echo "the hook has $MODEL_LOGIN"' }
verify: { checks: [{ name: exists, run: "ls *.txt; echo canary-of-checks" }] }
review: { human: { when: never } }
land: { strategy: squash }
budget: { task_attempts: 1 }
`;

/** What nobody must find in a log. */
const canaries = ['canary-of-model', 'canary-of-tokens', 'canary-of-checks', 'canary-of-issue'];

type Line = Record<string, unknown>;

const parse = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('a project that works', () => {
  let project: LiveProject;
  let port: number;
  let lines: Line[];
  let text: string;
  let metrics: string;
  /** Workflow and run ids that the log names and Temporal does not know. */
  let unknownRuns: string[];

  const logFile = () => join(project.folder, 'up.log');
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  /** The value of the one series that has these labels, among others. */
  function value(metric: string, labels: Record<string, string>): number | null {
    const found = metrics.split('\n').filter((line) => {
      const wanted = Object.entries({ project: project.name, ...labels });
      return line.startsWith(`${metric}{`) && wanted.every(([name, is]) => line.includes(`${name}="${is}"`));
    });
    if (found.length > 1) throw new Error(`more than one:\n${found.join('\n')}`);
    return found[0] === undefined ? null : Number(found[0].split(' ').at(-1));
  }
  const until = (what: string, done: () => boolean) =>
    project.until(what, async () => {
      metrics = await scrape();
      return done();
    });

  beforeAll(async () => {
    ({ grpc: port } = await freePorts());
    const agent = readFileSync(
      fileURLToPath(new URL('../support/spending-agent.mjs', import.meta.url)),
      'utf8',
    );
    project = new LiveProject({
      workflow,
      files: { 'agent.mjs': agent },
      tasks: { 'a-good': 'Write a file, canary-of-issue.', 'b-broken': 'Break down.' },
      up: (folder) => [
        ...['--log-format', 'json', '--log-file', join(folder, 'up.log')],
        ...['--metrics-port', String(port)],
      ],
      env: () => ({ MODEL_LOGIN: 'canary-of-model', SOME_TOKEN: 'canary-of-tokens' }),
    });
    await project.start();
    await until(
      'one issue waits while the other one has the slot',
      () => value('continuo_queue_length', {}) === 1,
    );
    project.write('../go', '');
    await project.until('the task is done', async () => (await project.status('a-good'))?.phase === 'done');
    await until('the other one has failed', () => value('continuo_tasks_waiting', { reason: 'retry' }) === 1);
    // Gauges of the same look.
    await until('nothing runs', () => value('continuo_tasks_running', {}) === 0);
    metrics = await scrape();
    unknownRuns = await findUnknownRuns(parse(readFileSync(logFile(), 'utf8')));
    await project.stop();
    text = readFileSync(logFile(), 'utf8');
    lines = parse(text);
  });
  afterAll(() => project.close());

  async function findUnknownRuns(told: Line[]): Promise<string[]> {
    const { workflow } = await project.client();
    const runs = new Set(
      told.flatMap((line) =>
        typeof line.run_id === 'string' ? [`${String(line.workflow_id)} ${line.run_id}`] : [],
      ),
    );
    const unknown = await Promise.all(
      [...runs].map(async (run) => {
        const [workflowId = '', runId] = run.split(' ');
        const found = await workflow
          .getHandle(workflowId, runId)
          .describe()
          .catch(() => null);
        return found?.runId === runId ? [] : [run];
      }),
    );
    expect(runs.size).toBeGreaterThanOrEqual(4);
    return unknown.flat();
  }

  const of = (message: string, task: string) =>
    lines.filter((line) => line.message === message && line.task === task);

  it('says on each line whose it is, and on each of an issue which one (OBS-01)', () => {
    for (const line of lines) expect(line).toMatchObject({ project: project.name, host: expect.any(String) });
    const ofIssues = lines.filter(({ workflow_id: id }) => String(id).startsWith('task/'));
    expect(ofIssues.length).toBeGreaterThan(15);
    for (const line of ofIssues) {
      const { task, issue_id: id } = line;
      expect(['a-good', 'b-broken']).toContain(task);
      expect(line).toMatchObject({
        issue_identifier: task,
        workflow_id: `task/${project.name}/${String(task)}`,
      });
      expect(id).toBe(task);
    }
    const landing = lines.filter(({ workflow_id: id }) => String(id).startsWith('landing/'));
    expect(landing.map(({ message, issue_id: id }) => [message, id])).toEqual([
      ['checks ended', 'a-good'],
      ['landing ended', 'a-good'],
    ]);
  });

  it('names the session on each line of its life (OBS-01)', () => {
    const session = { session_id: 'thread-of-a-good-1' };
    expect(of('session started', 'a-good')).toMatchObject([{ ...session, turn: 1 }]);
    expect(of('turn ended', 'a-good')).toMatchObject([
      { ...session, outcome: 'completed', tokens: 1200, cost_usd: 0.25 },
    ]);
    expect(of('phase ended', 'a-good').find(({ phase }) => phase === 'run')).toMatchObject(session);
  });

  it('tells the story of a task, phase by phase, to its landing (OBS-02)', () => {
    expect(of('phase ended', 'a-good').map(({ phase, next }) => `${String(phase)} ${String(next)}`)).toEqual([
      'claim prepare',
      'prepare run',
      'run verify',
      'verify review',
      'review land',
      'land done',
    ]);
    expect(of('task ended', 'a-good')).toMatchObject([
      { level: 'info', outcome: 'done', landed_sha: project.git('rev-parse', 'main') },
    ]);
    expect(of('hook started', 'a-good')).toMatchObject([{ hook: 'before_run', activity: 'runTurn' }]);
    expect(of('checks ended', 'a-good')[0]).toMatchObject({ outcome: 'passed', checks: 1 });
  });

  it('raises its voice for what went wrong, and for nothing else (OBS-03)', () => {
    const loud = lines.filter(({ level }) => level !== 'info');
    expect(loud.map(({ level, message, task, reason }) => [level, message, task, reason])).toEqual([
      ['warn', 'turn ended', 'b-broken', 'port_exit'],
      ['error', 'task failed', 'b-broken', 'attempts'],
    ]);
    expect(of('task waits', 'b-broken')).toMatchObject([{ waiting_for: 'retry', until: expect.any(String) }]);
  });

  it('leads from every line to a run of Temporal', () => {
    expect(unknownRuns).toEqual([]);
  });

  it('lets no secret, no issue and no output get into log, terminal or metrics', () => {
    for (const canary of canaries) {
      expect(text).not.toContain(canary);
      expect(project.said).not.toContain(canary);
      expect(metrics).not.toContain(canary);
    }
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(1_500);
    // It was there to be told.
    expect(readFileSync(join(project.data, 'runs', project.name, 'a-good', 'hooks.log'), 'utf8')).toContain(
      'canary-of-model',
    );
  });

  it('writes to the file alone', () => {
    expect(project.said).toContain('Continuo serves project');
    expect(project.said).not.toContain('phase ended');
  });

  it('counts what has happened', () => {
    expect(value('continuo_tasks_landed_total', {})).toBe(1);
    expect(value('continuo_tasks_ended_total', { outcome: 'done' })).toBe(1);
    expect(value('continuo_tasks_failed_total', { reason: 'attempts' })).toBe(1);
    const spent = { phase: 'run', agent: 'claude' };
    expect(value('continuo_tokens_total', { ...spent, type: 'input' })).toBe(1000);
    expect(value('continuo_tokens_total', { ...spent, type: 'output' })).toBe(200);
    expect(value('continuo_cost_usd_sum', spent)).toBe(0.25);
    for (const [phase, times] of Object.entries({
      claim: 2,
      prepare: 2,
      run: 2,
      verify: 1,
      review: 1,
      land: 1,
    }))
      expect(value('continuo_phase_duration_seconds_count', { phase })).toBe(times);
    expect(value('continuo_phase_duration_seconds_count', { phase: 'failed' })).toBeNull();
  });

  it('shows what there is now: the queue, what runs, and what waits for what', () => {
    expect(value('continuo_queue_length', {})).toBe(0);
    expect(value('continuo_tasks_running', {})).toBe(0);
    for (const reason of waitingKinds)
      expect([reason, value('continuo_tasks_waiting', { reason })]).toEqual([
        reason,
        reason === 'retry' ? 1 : 0,
      ]);
  });

  it('has the SDK on the same page, and no label that grows with the issues', () => {
    expect(metrics).toMatch(/^temporal_workflow_completed\{.*workflow_type="task"\} 1$/m);
    expect(metrics).not.toMatch(/a-good|b-broken/);
  });
});
