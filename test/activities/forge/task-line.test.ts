import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { TaskLine } from '../../../src/activities/forge/task-line.js';
import { createTaskLine } from '../../../src/activities/forge/task-line.js';
import { passOn } from '../../../src/activities/forge/pass-on.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { testConfig } from '../../support/fake-ports.js';
import { useRig } from '../../support/workflow-rig.js';

const never = () => new Promise<never>(() => undefined);

describe('what a task hears by its change', () => {
  const { rig } = useRig();
  let line: TaskLine;
  beforeEach(() => {
    const client = new Client({ connection: rig.env.connection, namespace: rig.env.namespace ?? 'default' });
    line = createTaskLine({ client: () => client, cancelled: never });
  });

  const word = {
    id: 'review/1',
    handle: 'PRR_1',
    by: 'wes',
    at: '2026-01-01T00:00:00Z',
    text: 'Good',
    verdict: 'approve' as const,
  };

  it('is a decision as people send it, taken once, by whom and about what', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    const { headSha: sha, round } = await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    const headSha = String(sha);
    const to = { taskWorkflowId: handle.workflowId, headSha };
    expect(await passOn(line, to, { ...word, sha })).toEqual({ kind: 'heeded' });
    const { decision } = await rig.until(handle, (status) => status.decision !== null);
    expect(decision).toMatchObject({ verdict: 'approve', by: 'wes', sha, round, note: 'Good' });
    expect((await handle.result()).outcome).toBe('done');
  });

  it('is refused by the task itself, with its reason', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    const { headSha } = await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    const to = { taskWorkflowId: handle.workflowId, headSha: String(headSha) };
    const said = { ...word, verdict: null, sha: null, text: '/continuo resume' };
    expect(await passOn(line, to, said)).toEqual({
      kind: 'refused',
      why: expect.stringMatching(/^the task is not paused\.\n\nCommands/),
    });
    // Twice is once.
    const pause = { name: 'pause', payload: { id: 'comment/7', by: 'wes', note: '' } };
    expect(await line.tell(handle.workflowId, pause)).toEqual({ kind: 'taken' });
    expect(await line.tell(handle.workflowId, pause)).toEqual({ kind: 'taken' });
    const { pausedBy, history } = await rig.until(handle, (status) => status.pausedBy !== null);
    expect(pausedBy).toBe('wes');
    expect(history.filter(({ note }) => note.startsWith('paused by wes'))).toHaveLength(1);
  });

  it('goes as a signal where the task is slow to answer', async () => {
    const handle = await rig.start({ config: testConfig({ human: 'always' }) });
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    const client = new Client({ connection: rig.env.connection, namespace: rig.env.namespace ?? 'default' });
    const hasty = createTaskLine({ client: () => client, cancelled: never, answerMs: 0 });
    const pause = { name: 'pause', payload: { id: 'comment/8', by: 'wes', note: '' } };
    expect(await hasty.tell(handle.workflowId, pause)).toEqual({ kind: 'taken' });
    expect((await rig.until(handle, (status) => status.pausedBy !== null)).pausedBy).toBe('wes');
    const { events } = await handle.fetchHistory();
    const signals = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(signals).toContain('pause');
  });

  it('reaches nobody where the task is over', async () => {
    const id = taskWorkflowId(rig.project, 'lost');
    const pause = { name: 'pause', payload: { id: 'comment/9', by: 'wes', note: '' } };
    expect(await line.status(id)).toBeNull();
    expect(await line.tell(id, pause)).toEqual({ kind: 'gone' });
    await line.see(id, { number: 1 } as never);
    expect(await passOn(line, { taskWorkflowId: id, headSha: 'a' }, { ...word, sha: 'a' })).toBeNull();
  });
});
