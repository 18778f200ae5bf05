import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { testConfig, testIssue } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('the changes of a project', () => {
  const { rig, ports } = useRig();
  let handle: WorkflowHandle<typeof project>;
  beforeEach(async () => {
    handle = await rig.env.client.workflow.start(project, {
      workflowId: projectWorkflowId(rig.project),
      taskQueue: rig.queue,
      args: [newProject(rig.project, testConfig(), 'host')],
    });
  });
  afterEach(() => handle.terminate());

  const open = async (identifier: string, number: number) => {
    const issue = summarizeIssue(testIssue({ id: identifier, identifier }));
    await handle.signal(messages.taskReportSignal, { issue, slot: 'none' });
    await handle.signal(messages.changeOpenedSignal, { issueId: identifier, number });
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('are looked after once a task has one, for as long as it has', async () => {
    expect(await handle.query(messages.changesQuery)).toEqual([]);
    await open('one', 12);
    await until(() => ports.inputs('watchChanges').length === 1);
    expect(await handle.query(messages.changesQuery)).toEqual([
      { taskWorkflowId: taskWorkflowId(rig.project, 'one'), number: 12 },
    ]);
    const settled = { issueId: 'one', source: 'tracker', outcome: 'done' } as const;
    await handle.signal(messages.taskSettledSignal, settled);
    expect(await handle.query(messages.changesQuery)).toEqual([]);
  });

  it('keep their numbers when a task reports again', async () => {
    await open('one', 12);
    const issue = summarizeIssue(testIssue());
    await handle.signal(messages.taskReportSignal, { issue, slot: 'asked' });
    expect(await handle.query(messages.changesQuery)).toHaveLength(1);
  });

  it('are looked at at once where somebody asks', async () => {
    await open('one', 12);
    await handle.signal(messages.refreshChangesSignal, { numbers: [12] });
    await until(() => ports.inputs('lookAtChanges').length === 1);
    await handle.signal(messages.refreshChangesSignal, { numbers: null });
    await until(() => ports.inputs('lookAtChanges').length === 2);
    expect(ports.inputs('lookAtChanges').map(({ numbers }) => numbers)).toEqual([[12], null]);
  });
});
