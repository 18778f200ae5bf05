import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ChangeSeen } from '../../src/domain/change.js';
import type { ConfigRef, ConfigView } from '../../src/domain/config-view.js';
import type { CheckResult, Evidence } from '../../src/domain/evidence.js';
import type { Issue } from '../../src/domain/issue.js';
import type { Poll } from '../../src/domain/project.js';
import { activityQueue } from '../../src/domain/queue.js';
import type { SharedLimits } from '../../src/domain/shared-budget.js';
import type { Workspace } from '../../src/domain/task.js';
import { noUsage } from '../../src/domain/usage.js';
import { landingWorkflowId } from '../../src/domain/landing.js';
import type { ShowChangeOutcome } from '../../src/workflows/change-port.js';
import type { Answers, Ports, TurnOutcome } from '../../src/workflows/ports.js';

type Method = keyof Ports;
type Input<M extends Method> = Parameters<Ports[M]>[0];
type Output<M extends Method> = Awaited<ReturnType<Ports[M]>>;
type Step<M extends Method> = Output<M> | Error | ((input: Input<M>) => Output<M> | Promise<Output<M>>);

/**
 * Ports whose answers a test writes down: each call takes the next answer in line, and the usual
 * one when the line is empty. Workflows, server and messages around them are real.
 */
export class FakePorts {
  readonly calls: { method: Method; input: unknown }[] = [];
  private readonly lines = new Map<Method, unknown[]>();
  private readonly usual = new Map<Method, unknown>();
  private commits = 0;

  /** Forgets all calls and answers, for another test. */
  reset(): void {
    this.calls.length = 0;
    this.lines.clear();
    this.usual.clear();
    this.commits = 0;
  }

  /** Puts answers in line for a method. */
  next<M extends Method>(method: M, ...steps: Step<M>[]): this {
    this.lines.set(method, [...(this.lines.get(method) ?? []), ...steps]);
    return this;
  }

  /** Answers every call for which nothing is in line. */
  usually<M extends Method>(method: M, answer: (input: Input<M>) => Output<M> | Promise<Output<M>>): this {
    this.usual.set(method, answer);
    return this;
  }

  inputs<M extends Method>(method: M): Input<M>[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.input as Input<M>);
  }

  activities(): Ports {
    const usual: { [M in Method]: (input: Input<M>) => Promise<Output<M>> } = {
      meet: () => Promise.resolve({ config: 'hash', problem: null }),
      attend: () => untilCancelled(),
      watch: () => untilCancelled(),
      poll: () => Promise.resolve(quietPoll),
      sweep: () => Promise.resolve({ swept: [] }),
      find: () => Promise.resolve(null),
      scheduledIssue: () => Promise.resolve(null),
      claim: ({ issueId }) =>
        Promise.resolve({ kind: 'claimed', issue: testIssue({ id: issueId, identifier: issueId }) }),
      transition: () => Promise.resolve({ kind: 'moved', from: 'Todo' }),
      tell: () => Promise.resolve(),
      settle: () => Promise.resolve(),
      prepare: ({ headSha }) =>
        Promise.resolve({ kind: 'ready', workspace: testWorkspace, headSha, notes: [] }),
      checkpoint: () => {
        this.commits += 1;
        return Promise.resolve({
          kind: 'committed',
          sha: testSha(this.commits),
          files: [],
          risks: [],
          notes: [],
        });
      },
      restore: ({ workspace }) => {
        this.commits += 1;
        const sha = testSha(this.commits);
        return Promise.resolve({
          kind: 'restored',
          checkpoint: { kind: 'committed', sha, files: [], risks: [], notes: [] },
          baseSha: workspace.baseSha,
          conflicts: [],
        });
      },
      rebase: ({ entry }) =>
        Promise.resolve({ kind: 'ready', candidate: { sha: `L${entry.sha.slice(1)}`, baseSha: 'base' } }),
      takeInBase: () => Promise.resolve({ kind: 'taken', conflicts: [] }),
      cleanUp: () => Promise.resolve(),
      runTurn: () => Promise.resolve(completedTurn('did it')),
      endTurn: () => Promise.resolve(),
      steer: () => Promise.resolve({ heard: false }),
      verify: ({ sha, baseSha }) => Promise.resolve(testEvidence(sha, baseSha, [passedCheck])),
      requestLanding: async ({ entry }) => {
        const { client } = Context.current();
        // A train for each test.
        const train = landingWorkflowId(entry.project, entry.base);
        await client.workflow.signalWithStart('landing', {
          workflowId: train,
          taskQueue: workflowQueueOf(entry.project),
          signal: 'enqueue',
          signalArgs: [entry],
          args: [{ repository: 'repo', base: entry.base, entries: [] }],
        });
        return { train };
      },
      review: () => Promise.resolve({ kind: 'reviewed', findings: [], usage: noUsage }),
      merge: () => Promise.resolve({ kind: 'merged' }),
      adopt: ({ sha, workspace }) =>
        Promise.resolve({
          sha,
          baseSha: workspace.baseSha,
          checkpoint: { kind: 'committed', sha, files: ['a.txt'], risks: [], notes: [] },
          files: ['a.txt'],
          conflicts: [],
          by: 'Ann',
        }),
      showChange: ({ sha, base, isDraft }) => Promise.resolve(shownChange({ headSha: sha, base, isDraft })),
      lookAtChanges: () => Promise.resolve(),
      watchChanges: () => untilCancelled(),
      rerunChecks: () => Promise.resolve({ isRerun: true }),
      readChecks: () => Promise.resolve([failedCheck]),
      mergeChange: ({ sha }) => Promise.resolve({ kind: 'merged', sha: `M${sha.slice(1)}` }),
      withdrawChange: () => Promise.resolve({ mergedSha: null }),
      closeChange: () => Promise.resolve(null),
    };
    const scripted = <M extends Method>(method: M) => {
      return async (input: Input<M>): Promise<Output<M>> => {
        this.calls.push({ method, input });
        const line = this.lines.get(method) ?? [];
        const step = line.shift() as Step<M> | undefined;
        const answer = this.usual.get(method) as ((input: Input<M>) => Output<M>) | undefined;
        if (step === undefined) return answer === undefined ? usual[method](input) : answer(input);
        if (step instanceof Error) throw step;
        return typeof step === 'function' ? (step as (input: Input<M>) => Output<M>)(input) : step;
      };
    };
    return Object.fromEntries(
      (Object.keys(usual) as Method[]).map((method) => [method, scripted(method)]),
    ) as unknown as Ports;
  }
}

/** An activity that goes on until it is cancelled, as a turn or a watch does. */
export async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    return await context.cancelled;
  } catch (error) {
    throw error instanceof CancelledFailure ? error : new CancelledFailure('ended');
  } finally {
    clearInterval(beat);
  }
}

/** In an activity of a project: the queue of the workflows. */
export function workflowQueueOf(project: string): string {
  const [queue = ''] = Context.current().info.taskQueue.split(activityQueue('', project, ''));
  return queue;
}

/** Holds an activity back until a test lets it go on. It heartbeats, as everything that takes its time does. */
export async function heldUntil(released: Promise<void>): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    await Promise.race([released, context.cancelled]);
  } finally {
    clearInterval(beat);
  }
}

export const quietPoll: Poll = {
  config: null,
  candidates: [],
  changes: [],
  unsettled: [],
  closed: [],
  problems: null,
};

export function testSha(number: number): string {
  return `c${String(number).padStart(39, '0')}`;
}

export const testWorkspace: Workspace = {
  host: 'host',
  path: '/workspaces/one',
  runPath: '/runs/one',
  ref: 'refs/continuo/test/one/head@here',
  baseSha: 'base',
};

export const passedCheck: CheckResult = {
  name: 'test',
  command: 'npm test',
  kind: 'passed',
  exitCode: 0,
  durationMs: 1200,
  tests: null,
  log: 'evidence/test.log',
  tail: '',
};

export const failedCheck: CheckResult = {
  ...passedCheck,
  kind: 'failed',
  exitCode: 1,
  tail: '1 + 1 is not 3',
};

/** A change right after it was shown, with nothing in its way. */
export function seenChange(changes: Partial<ChangeSeen> = {}): ChangeSeen {
  return {
    number: 12,
    state: 'open',
    by: null,
    mergedSha: null,
    headSha: testSha(1),
    base: 'main',
    isDraft: false,
    fit: 'clean',
    missing: [],
    isQueued: false,
    checks: [],
    threads: [],
    ...changes,
  };
}

export function shownChange(changes: Partial<ChangeSeen> = {}): ShowChangeOutcome {
  const seen = seenChange(changes);
  const { number, headSha: sha } = seen;
  const url = `https://github.example/acme/shop/pull/${number}`;
  return { kind: 'shown', change: { number, url, branch: 'continuo/one', sha }, seen };
}

export function testEvidence(sha: string, baseSha: string, checks: CheckResult[]): Evidence {
  const startedAt = '2026-01-01T00:00:00.000Z';
  return {
    sha,
    baseSha,
    overlaid: [],
    checks,
    tools: { git: '2.50' },
    startedAt,
    manifest: 'evidence/manifest.json',
  };
}

const turnUsage = { ...noUsage, inputTokens: 10, outputTokens: 5, totalTokens: 15, agentMs: 1000 };

export function completedTurn(summary: string, answers?: Answers): TurnOutcome {
  return { kind: 'completed', summary, answers, session: 'session-1', usage: turnUsage };
}

export function failedTurn(message: string): TurnOutcome {
  return { kind: 'failed', category: 'port_exit', message, session: null, usage: turnUsage };
}

export function questionTurn(text: string): TurnOutcome {
  const question = { id: randomUUID(), text, options: [] };
  return { kind: 'question', question, session: 'session-1', usage: turnUsage };
}

export function testIssue(changes: Partial<Issue> = {}): Issue {
  return {
    id: 'one',
    native_ref: null,
    identifier: 'one',
    title: 'Add the numbers',
    description: 'They are not added.',
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
    ...changes,
  };
}

export function testConfig(
  changes: {
    human?: 'always' | 'never' | 'risk';
    limits?: Partial<ConfigView['limits']>;
    who?: string[];
    /** Names of reviewers. */
    agents?: string[];
    maxReviewRounds?: number;
    maxConcurrent?: number;
    agentKind?: string;
    fallback?: string;
    batch?: number;
    shared?: Partial<SharedLimits>;
    /** Nothing gates the work, and an agent has so many turns in a row. */
    ungated?: { maxTurns: number };
  } = {},
): ConfigRef {
  return {
    hash: 'hash',
    view: {
      project: 'test',
      tracker: { kind: 'file', activeStates: ['Todo'], terminalStates: ['Done'], requiredLabels: [] },
      agent: {
        kind: changes.agentKind ?? 'command',
        ...(changes.fallback !== undefined && { fallback: changes.fallback }),
        maxConcurrent: changes.maxConcurrent ?? 2,
        ...(changes.ungated && { maxTurns: changes.ungated.maxTurns }),
        maxConcurrentByState: {},
        maxRetryBackoffMs: 300_000,
      },
      limits: { attempts: 3, turns: 20, tokens: 1_000_000, rounds: 3, ...changes.limits },
      ...(changes.shared !== undefined && {
        shared: { day: {}, project: {}, timeZone: 'UTC', ...changes.shared },
      }),
      gates: {
        verify: changes.ungated === undefined,
        review: {
          human: changes.human ?? 'never',
          who: changes.who ?? [],
          ...(changes.agents !== undefined && {
            agents: { names: changes.agents, maxRounds: changes.maxReviewRounds ?? 2 },
          }),
        },
        land: changes.ungated
          ? null
          : { mode: 'merge', strategy: 'squash', base: 'main', batch: changes.batch ?? 1 },
      },
    },
  };
}
