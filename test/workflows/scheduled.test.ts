import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { scheduledIssue } from '../../src/domain/schedule.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import type { project } from '../../src/workflows/project.js';
import type { scheduled } from '../../src/workflows/scheduled.js';
import { testConfig, untilCancelled } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('what a schedule starts', () => {
  const { rig, ports } = useRig();
  let handle: WorkflowHandle<typeof project> | null = null;

  const startProject = async () => {
    handle = await rig.env.client.workflow.start<typeof project>('project', {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
  };
  const due = (schedule = 'tidy') =>
    rig.env.client.workflow.execute<typeof scheduled>('scheduled', {
      workflowId: `schedule/${rig.project}/${schedule}-${randomUUID()}`,
      taskQueue: rig.queue,
      args: [{ project: rig.project, schedule, cron: '@daily', timeZone: 'UTC' }],
    });
  const task = (identifier: string) =>
    rig.env.client.workflow.getHandle(taskWorkflowId(rig.project, identifier));

  beforeEach(() => {
    handle = null;
    ports.usually('scheduledIssue', ({ schedule, at }) =>
      scheduledIssue(schedule, '# Tidy  the docs\n\nAll of them.', at),
    );
  });
  afterEach(async () => {
    for (const { issue } of Object.values((await handle?.query(messages.projectQuery))?.tasks ?? {}))
      await task(issue.identifier)
        .terminate()
        .catch(() => undefined);
    await handle?.terminate();
  });

  it('asks the project for a task from its prompt', async () => {
    await startProject();
    const answer = await due();
    expect(answer).toEqual({ kind: 'started', task: expect.stringMatching(/^tidy-\d{8}T\d{6}Z$/) });
    const identifier = answer.kind === 'started' ? answer.task : '';
    await task(identifier).result();
    const issue = ports.inputs('prepare')[0]?.issue;
    expect(issue).toMatchObject({
      identifier,
      title: 'Tidy the docs',
      description: '# Tidy  the docs\n\nAll of them.',
      source: 'prompt',
    });
    expect(ports.inputs('scheduledIssue')[0]).toMatchObject({ config: 'hash', schedule: 'tidy' });
    expect((await handle?.query(messages.projectQuery))?.remarks.at(-1)).toContain(
      `schedule tidy: started ${identifier}`,
    );
  });

  it('is skipped while the last task of the schedule is live; another schedule is not', async () => {
    await startProject();
    ports.usually('runTurn', () => untilCancelled());
    const first = await due();
    const identifier = first.kind === 'started' ? first.task : '';
    expect(await due()).toEqual({ kind: 'skipped', reason: `its task ${identifier} is still live` });
    expect(await due('tidy-2')).toMatchObject({ kind: 'started' });
  });

  it('starts one task when it is due twice at once', async () => {
    await startProject();
    ports.usually('runTurn', () => untilCancelled());
    const kinds = (await Promise.all([due(), due()])).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['skipped', 'started']);
  });

  it('is skipped when the workflow file has no such schedule any more', async () => {
    await startProject();
    ports.usually('scheduledIssue', () => null);
    expect(await due()).toEqual({
      kind: 'skipped',
      reason: 'the workflow file has no such schedule any more',
    });
  });

  it('fails with a word about it when the project was never up', async () => {
    await expect(due()).rejects.toMatchObject({
      cause: { message: `project ${rig.project} is not there; start it: continuo up` },
    });
  });

  it('ignores a signal that nobody could have meant', async () => {
    await startProject();
    await handle?.signal('scheduleDue', null);
    await handle?.signal('scheduleDue', { schedule: 7 });
    expect(await due()).toMatchObject({ kind: 'started' });
  });
});
