import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { summarizeIssue } from '../../src/domain/issue.js';
import { landingWorkflowId } from '../../src/domain/landing.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import type { task } from '../../src/workflows/task.js';
import type { Rig } from '../support/workflow-rig.js';
import type { FakePorts } from '../support/fake-ports.js';
import { raised, reviewed, unusable } from '../support/findings.js';
import {
  completedTurn,
  failedCheck,
  failedTurn,
  passedCheck,
  questionTurn,
  quietPoll,
  testConfig,
  testEvidence,
  testIssue,
  testSha,
  untilCancelled,
} from '../support/fake-ports.js';

type TaskHandle = WorkflowHandle<typeof task>;

/** One way through a workflow, played once to record its history. */
export interface Scenario {
  name: string;
  play: (rig: Rig, ports: FakePorts) => Promise<WorkflowHandle>;
}

const always = testConfig({ human: 'always' });
const reviewers = testConfig({ agents: ['bugs', 'style'] });
const red = testEvidence(testSha(1), 'base', [failedCheck]);
/** What every message of a person has. */
export const said = () => ({ id: randomUUID(), by: 'ann', note: 'because' });

async function decide(
  rig: Rig,
  handle: TaskHandle,
  verdict: 'approve' | 'request_changes' | 'reject',
  round: number,
) {
  const waiting = await rig.until(
    handle,
    (status) => status.waiting?.kind === 'decision' && status.round === round,
  );
  const args: [messages.DecideMessage] = [{ ...said(), verdict, sha: waiting.headSha!, round }];
  await handle.executeUpdate(messages.decideUpdate, { args });
}

/** Grants slots while `meanwhile` happens, then waits for the end, which lets time skip. */
export async function toTheEnd(
  rig: Rig,
  handle: TaskHandle,
  config = testConfig(),
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<TaskHandle> {
  const slots = rig.grantSlots(handle, config);
  await meanwhile();
  // The environment's own client skips time while it waits.
  await rig.env.client.workflow
    .getHandle(handle.workflowId)
    .result()
    .catch(() => undefined);
  await slots.stop();
  return handle;
}

/** A person takes the task, hands it back with a secret in it first, and then for good. */
async function takenAndHandedBack(
  rig: Rig,
  handle: TaskHandle,
  ports: FakePorts,
  then: 'run' | 'verify',
): Promise<TaskHandle> {
  const back = () => ({ ...said(), name: 'Ann Lee', mail: 'ann@example.org', then });
  await handle.executeUpdate(messages.takeOverUpdate, { args: [said()] });
  await rig.until(handle, (status) => status.waiting?.kind === 'taken');
  ports.next('checkpoint', { kind: 'secrets', places: ['a.env:1 aws'] });
  await handle.executeUpdate(messages.handBackUpdate, { args: [back()] });
  await rig.until(handle, ({ waiting }) => waiting?.kind === 'taken' && waiting.problem !== null);
  await handle.executeUpdate(messages.handBackUpdate, { args: [back()] });
  return toTheEnd(rig, handle);
}

export const scenarios: Scenario[] = [
  { name: 'straight', play: async (rig) => toTheEnd(rig, await rig.start()) },
  {
    name: 'mended-after-red-checks',
    play: async (rig, ports) => {
      ports.next('verify', red);
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'changes-requested-then-approved',
    play: async (rig) => {
      const handle = await rig.start({ config: always });
      return toTheEnd(rig, handle, always, async () => {
        await decide(rig, handle, 'request_changes', 1);
        await decide(rig, handle, 'approve', 2);
      });
    },
  },
  {
    name: 'rejected',
    play: async (rig) => {
      const handle = await rig.start({ config: always });
      await decide(rig, handle, 'reject', 1);
      return toTheEnd(rig, handle, always);
    },
  },
  {
    name: 'agent-failed-twice',
    play: async (rig, ports) => {
      ports.next('runTurn', failedTurn('crashed'), failedTurn('crashed again'));
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'question-answered',
    play: async (rig, ports) => {
      ports.next('runTurn', questionTurn('Blue or green?'));
      const handle = await rig.start();
      const asking = await rig.until(handle, (status) => status.waiting?.kind === 'question');
      const answer = { id: randomUUID(), by: 'ann', questionId: asking.question!.id, text: 'Blue' };
      await handle.executeUpdate(messages.answerUpdate, { args: [answer] });
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'question-dropped-by-a-take-over',
    play: async (rig, ports) => {
      ports.next('runTurn', questionTurn('Blue or green?'));
      const handle = await rig.start();
      await rig.until(handle, (status) => status.waiting?.kind === 'question');
      return takenAndHandedBack(rig, handle, ports, 'run');
    },
  },
  {
    name: 'steered-and-paused-at-once',
    play: async (rig, ports) => {
      const config = testConfig({ agentKind: 'codex' });
      ports.next('runTurn', untilCancelled).next('steer', { heard: true });
      const handle = await rig.start({ config });
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      await handle.executeUpdate(messages.steerUpdate, { args: [said()] });
      await rig.until(handle, ({ history }) => history.some(({ note }) => note.includes('was heard')));
      await handle.executeUpdate(messages.pauseUpdate, { args: [{ ...said(), now: true }] });
      await rig.until(handle, (status) => status.waiting?.kind === 'paused');
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      return toTheEnd(rig, handle, config);
    },
  },
  {
    name: 'parked-then-retried',
    play: async (rig, ports) => {
      ports.next('verify', red, red, red, red);
      const handle = await rig.start();
      await rig.until(handle, (status) => status.waiting?.kind === 'retry');
      await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'parked-and-given-up',
    play: async (rig, ports) => {
      ports.next('prepare', { kind: 'impossible', category: 'workspace_invalid', message: 'no such base' });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'cancelled-in-a-turn',
    play: async (rig, ports) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      await handle.signal(messages.cancelSignal, said());
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'paused-and-resumed',
    play: async (rig, ports) => {
      ports.next('runTurn', failedTurn('crashed'));
      const handle = await rig.start();
      await rig.until(handle, (status) => status.waiting?.kind === 'backoff');
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await handle.executeUpdate(messages.retryUpdate, { args: [said()] });
      await rig.until(handle, (status) => status.waiting?.kind === 'paused');
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'conflict-then-landed',
    play: async (rig, ports) => {
      ports.next('rebase', { kind: 'conflict', baseSha: 'base2', files: ['a.ts'] });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'red-after-the-rebase',
    play: async (rig, ports) => {
      ports.next('verify', testEvidence(testSha(1), 'base', [passedCheck]), red);
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'base-in-the-way',
    play: async (rig, ports) => {
      ports.next('merge', { kind: 'blocked', message: 'a.txt has changes.' });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'infrastructure-failed',
    play: async (rig, ports) => {
      ports.next('prepare', ...Array.from({ length: 15 }, () => new Error('disk on fire')));
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'cancelled-in-the-temporal-ui',
    play: async (rig, ports) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      await handle.cancel();
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'quota-waited-for',
    play: async (rig, ports) => {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      ports.next('runTurn', { ...completedTurn(''), kind: 'quota', until, message: 'limit reached' });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'secrets-found-then-removed',
    play: async (rig, ports) => {
      ports.next('checkpoint', { kind: 'secrets', places: ['a.env:1 aws'] });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'turn-without-a-change',
    play: async (rig, ports) => {
      ports.next('checkpoint', { kind: 'unchanged', sha: null, risks: [], notes: [] });
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'turns-used-up-then-raised',
    play: async (rig, ports) => {
      ports.next('verify', red);
      const config = testConfig({ limits: { turns: 1 } });
      const handle = await rig.start({ config });
      await rig.until(handle, ({ waiting }) => waiting?.kind === 'budget');
      const raise = { ...said(), usd: 0, tokens: 0, turns: 2, minutes: 0 };
      await handle.executeUpdate(messages.raiseBudgetUpdate, { args: [raise] });
      return toTheEnd(rig, handle, config);
    },
  },
  {
    name: 'workspace-made-again',
    play: async (rig, ports) => {
      ports.next('runTurn', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
      return toTheEnd(rig, await rig.start());
    },
  },
  {
    name: 'issue-closed-elsewhere',
    play: async (rig, ports) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      await handle.signal(messages.issueObservedSignal, { kind: 'terminal', state: 'Done' });
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'taken-over-in-a-turn',
    play: async (rig, ports) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      return takenAndHandedBack(rig, handle, ports, 'run');
    },
  },
  {
    name: 'taken-over-and-finished-by-a-person',
    play: async (rig, ports) => {
      const handle = await rig.start({ config: always });
      await rig.until(handle, (status) => status.waiting?.kind === 'decision');
      return takenAndHandedBack(rig, handle, ports, 'verify');
    },
  },
  {
    name: 'taken-over-after-it-failed',
    play: async (rig, ports) => {
      ports.next('verify', red, red, red, red);
      const handle = await rig.start();
      await rig.until(handle, (status) => status.waiting?.kind === 'retry');
      return takenAndHandedBack(rig, handle, ports, 'run');
    },
  },
  {
    name: 'findings-mended',
    play: async (rig, ports) => {
      ports.next('review', reviewed(raised()));
      return toTheEnd(rig, await rig.start({ config: reviewers }), reviewers);
    },
  },
  {
    name: 'findings-denied-then-accepted',
    play: async (rig, ports) => {
      const answers = { refuted: [{ id: 'f1', reason: 'It is right.' }], problem: null };
      ports.usually('review', ({ reviewer }) =>
        reviewer === 'style' ? unusable('no JSON') : reviewed(raised()),
      );
      ports.next('runTurn', completedTurn('did it'), completedTurn('it is right', answers));
      const handle = await rig.start({ config: reviewers });
      return toTheEnd(rig, handle, reviewers, async () => {
        await decide(rig, handle, 'request_changes', 2);
        await decide(rig, handle, 'approve', 5);
      });
    },
  },
  {
    name: 'approval-taken-back-before-it-landed',
    play: async (rig) => {
      const handle = await rig.start({ config: always });
      await rig.until(handle, (status) => status.waiting?.kind === 'decision');
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await decide(rig, handle, 'approve', 1);
      await rig.until(handle, ({ phase, waiting }) => phase === 'land' && waiting?.kind === 'paused');
      const back = { ...said(), verdict: 'request_changes' as const, sha: testSha(1), round: 1 };
      await handle.executeUpdate(messages.decideUpdate, { args: [back] });
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      return toTheEnd(rig, handle, always, () => decide(rig, handle, 'approve', 2));
    },
  },
  {
    name: 'rejected-while-the-base-was-in-the-way',
    play: async (rig, ports) => {
      ports.next('merge', { kind: 'blocked', message: 'a.txt has changes.' });
      const handle = await rig.start({ config: always });
      await decide(rig, handle, 'approve', 1);
      await rig.until(handle, (status) => status.waiting?.kind === 'base');
      const refused = { ...said(), verdict: 'reject' as const, sha: testSha(1), round: 1 };
      await handle.signal(messages.decideSignal, refused);
      return toTheEnd(rig, handle, always);
    },
  },
  {
    name: 'taken-out-of-the-queue-by-an-objection',
    play: async (rig, ports) => {
      let release: () => void = () => undefined;
      const merging = new Promise<void>((resolve) => (release = resolve));
      ports.next('merge', async () => {
        await merging;
        return { kind: 'merged' };
      });
      const first = await rig.start();
      await rig.until(first, () => ports.inputs('merge').length === 1);
      const handle = await rig.start({ config: always });
      await decide(rig, handle, 'approve', 1);
      const { headSha } = await rig.until(handle, ({ waiting }) => waiting?.kind === 'landing');
      const refused = { ...said(), verdict: 'reject' as const, sha: headSha!, round: 1 };
      await handle.executeUpdate(messages.decideUpdate, { args: [refused] });
      await rig.until(handle, ({ phase }) => phase === 'rejected');
      release();
      return toTheEnd(rig, handle, always);
    },
  },
  {
    name: 'rejected-and-moved-in-the-tracker',
    play: async (rig) => {
      const { view } = always;
      const config = { ...always, view: { ...view, tracker: { ...view.tracker, onReject: 'Cancelled' } } };
      const handle = await rig.start({ config, issue: { source: 'tracker' } });
      await decide(rig, handle, 'reject', 1);
      return toTheEnd(rig, handle, config);
    },
  },
  {
    name: 'told-in-the-tracker',
    play: async (rig) => {
      const { view } = always;
      const config = { ...always, view: { ...view, tracker: { ...view.tracker, told: true as const } } };
      const handle = await rig.start({ config, issue: { source: 'tracker' } });
      await decide(rig, handle, 'approve', 1);
      return toTheEnd(rig, handle, config);
    },
  },
  {
    name: 'put-back-to-run-in-a-turn',
    play: async (rig, ports) => {
      ports.next('runTurn', untilCancelled);
      const handle = await rig.start();
      await rig.until(handle, () => ports.inputs('runTurn').length === 1);
      await handle.executeUpdate(messages.rewindUpdate, { args: [{ ...said(), to: 'run', round: 0 }] });
      return toTheEnd(rig, handle);
    },
  },
  {
    name: 'put-back-to-review-in-a-workspace-that-was-gone',
    play: async (rig, ports) => {
      const handle = await rig.start({ config: always });
      await rig.until(handle, (status) => status.waiting?.kind === 'decision');
      ports.next('checkpoint', ApplicationFailure.nonRetryable('the folder is gone', 'workspace_invalid'));
      await handle.executeUpdate(messages.rewindUpdate, { args: [{ ...said(), to: 'review', round: 1 }] });
      return toTheEnd(rig, handle, always, () => decide(rig, handle, 'approve', 2));
    },
  },
  {
    name: 'forked',
    play: async (rig) => {
      const origin = { task: 'first', sha: testSha(9), by: 'ann', note: 'another way' };
      return toTheEnd(rig, await rig.start({ origin }));
    },
  },
  {
    name: 'landing-of-a-base-that-moved',
    play: async (rig, ports) => {
      ports.next('merge', { kind: 'moved' });
      await toTheEnd(rig, await rig.start());
      return rig.env.client.workflow.getHandle(landingWorkflowId(rig.project, 'main'));
    },
  },
  {
    name: 'project-with-a-pause',
    play: async (rig, ports) => {
      const issue = summarizeIssue(testIssue({ id: 'a', identifier: 'a' }));
      ports.next('watch', { ...quietPoll, candidates: [{ issue, fingerprint: 'f' }] });
      const handle = await rig.env.client.workflow.start(project, {
        workflowId: projectWorkflowId(rig.project),
        taskQueue: rig.queue,
        args: [newProject(rig.project, testConfig(), 'host')],
      });
      const settled = async () => 'a' in (await handle.query(messages.projectQuery)).settled;
      while (!(await settled())) await new Promise((resolve) => setTimeout(resolve, 50));
      await handle.executeUpdate(messages.pauseUpdate, { args: [said()] });
      await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
      await handle.signal(messages.configureSignal, {
        config: { ...testConfig(), hash: 'new' },
        host: 'host',
      });
      while (ports.inputs('watch').at(-1)?.config !== 'new')
        await new Promise((resolve) => setTimeout(resolve, 50));
      return handle;
    },
  },
];
