import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { summarizeIssue } from '../../src/domain/issue.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import type { TaskStatus } from '../../src/domain/status.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import { project } from '../../src/workflows/project.js';
import type { task } from '../../src/workflows/task.js';
import {
  completedTurn,
  failedCheck,
  questionTurn,
  testConfig,
  testEvidence,
  testIssue,
} from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('the fallback of an agent', () => {
  const { rig, ports } = useRig();
  let handle: WorkflowHandle<typeof project>;

  beforeEach(async () => {
    const config = testConfig({ agentKind: 'codex', fallback: 'claude' });
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, config, 'host')],
    });
  });
  afterEach(async () => {
    for (const id of ['first', 'second'])
      await taskOf(id)
        .terminate()
        .catch(() => undefined);
    await handle.terminate().catch(() => undefined);
  });

  const taskOf = (id: string) =>
    rig.env.client.workflow.getHandle<typeof task>(taskWorkflowId(rig.project, id));
  const said = () => ({ id: randomUUID(), by: 'ann', note: '' });
  /** Long enough for a test to see what waits for it. */
  const soon = () => new Date(Date.now() + 5_000).toISOString();
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
  const quota = (until: string, message: string): TurnOutcome => ({
    ...completedTurn(''),
    kind: 'quota',
    until,
    message,
  });
  const start = async (id: string) => {
    ports.next('find', { issue: summarizeIssue(testIssue({ id, identifier: id })), fingerprint: 'f' });
    await handle.executeUpdate(messages.startIssueUpdate, { args: [{ ...said(), identifier: id }] });
    return taskOf(id);
  };
  const handOver = (from: string, why: string) => ({ kind: 'handOver', from, why, baseSha: 'base' });

  it('goes on at once, and is told all that the first agent was not done with', async () => {
    ports.next('runTurn', completedTurn('half of it'), quota(inAnHour(), 'limit reached'));
    ports.next('verify', ({ sha, baseSha }) => testEvidence(sha, baseSha, [failedCheck]));
    const first = await start('first');
    expect((await first.result()).outcome).toBe('done');

    const [one, two, three, ...more] = ports.inputs('runTurn');
    expect(more).toEqual([]);
    expect([one?.agent, two?.agent, two?.session]).toEqual([undefined, undefined, 'session-1']);
    expect(three).toMatchObject({ agent: 'claude', session: null, turn: 3, round: 2 });
    expect(three?.feedback).toEqual([handOver('codex', 'limit reached'), ...(two?.feedback ?? [])]);
    expect(two?.feedback).toMatchObject([{ kind: 'checks' }]);

    const status = await first.query(messages.statusQuery);
    expect(status.agent).toBe('claude');
    expect(status.history.map(({ note }) => note)).toContain(
      'claude goes on in place of codex: limit reached',
    );
    expect(status.lastError).toBeNull();
    expect(status.checkpoints.filter(({ round }) => round === 1).map(({ session }) => session)).toEqual([
      null,
      null,
    ]);
  });

  it('begins what is new while the first agent has no quota', async () => {
    ports.next('runTurn', quota(inAnHour(), 'limit reached'));
    await (await start('first')).result();
    const { holds } = await handle.query(messages.projectQuery);
    expect(Object.keys(holds)).toEqual(['codex/inherit']);
    expect((await handle.query(messages.knownQuery)).dispatching).toBe(true);

    const second = await start('second');
    await second.result();
    expect(ports.inputs('runTurn')[2]).toMatchObject({ agent: 'claude', turn: 1, feedback: [] });
    const { history } = await second.query(messages.statusQuery);
    expect(history.map(({ note }) => note)).toContain('claude plays it: the quota of codex is used up');
  });

  it.each([
    { back: 'the first one', codex: soon, claude: inAnHour, plays: 'codex' },
    { back: 'the second one', codex: inAnHour, claude: soon, plays: 'claude' },
  ])('waits, with no quota either, until $back is back', async ({ codex, claude, plays }) => {
    ports.next(
      'runTurn',
      () => quota(codex(), 'none of codex'),
      () => quota(claude(), 'none of claude'),
    );
    const first = await start('first');
    const isHeld = ({ waiting }: TaskStatus) => waiting?.kind === 'slot' && waiting.held !== undefined;
    const held = await rig.until(first, isHeld);
    expect(held.waitingFor).toMatch(new RegExp(`^the quota of its agent until .*: none of ${plays}$`));
    expect((await handle.query(messages.knownQuery)).dispatching).toBe(false);

    expect((await first.result()).outcome).toBe('done');
    const [, second, third, ...more] = ports.inputs('runTurn');
    expect(more).toEqual([]);
    expect(second?.feedback).toEqual([handOver('codex', 'none of codex')]);
    if (plays === 'claude')
      expect(third).toMatchObject({ agent: 'claude', session: 'session-1', feedback: second?.feedback });
    else {
      expect(third).toMatchObject({ session: null, feedback: [handOver('claude', 'none of claude')] });
      expect(third?.agent).toBeUndefined();
    }
  });

  it('hears what people have said to the first agent', async () => {
    ports.next('runTurn', questionTurn('Blue or green?'), questionTurn('Light?'), quota(inAnHour(), 'none'));
    const first = await start('first');
    for (const [asked, text] of [
      ['Blue or green?', 'blue'],
      ['Light?', 'dark'],
    ] as const) {
      const { question } = await rig.until(first, (seen) => seen.question?.text === asked);
      await first.executeUpdate(messages.answerUpdate, {
        args: [{ id: randomUUID(), by: 'ann', questionId: question!.id, text }],
      });
    }
    await first.result();
    const told = ports.inputs('runTurn').at(-1);
    expect(told).toMatchObject({ agent: 'claude', turn: 2 });
    expect(told?.feedback).toMatchObject([
      handOver('codex', 'none'),
      { kind: 'before', words: [{ kind: 'answer', answer: 'blue' }] },
      { kind: 'answer', answer: 'dark' },
    ]);
  });
});
