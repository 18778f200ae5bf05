import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { recordFile, runDirectory } from '../../src/activities/git/run-directory.js';
import { dataPaths } from '../../src/config/paths.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import { LiveProject } from '../support/live-project.js';

/** Done at once, and then a person is asked. */
const workflow = `
agent: { kind: command }
command: { run: "echo done > $CONTINUO_TASK.txt" }
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
land: { strategy: squash }
review: { human: { when: always } }
`;

it('starts although the workspace of a task that is over is gone, says so, and goes on', async () => {
  const project = new LiveProject({ workflow, tasks: { one: 'Write a file.' } });
  const workspace = join(project.folder, 'workspaces', 'one');
  const record = recordFile(runDirectory(dataPaths(project.data), project.name, 'one'));
  const isInReview = async (task: string) => (await project.status(task))?.phase === 'review';
  try {
    await project.start();
    await project.until('one is in review', () => isInReview('one'));
    const { workflow: workflows } = await project.client();
    await workflows.getHandle(taskWorkflowId(project.name, 'one')).terminate();
    await project.stop();

    expect([workspace, record].map((path) => existsSync(path))).toEqual([true, true]);
    rmSync(workspace, { recursive: true });
    project.write('tasks/one.md', '---\nstate: Done\n---\n');
    project.writeTask('two', 'Write a file.');
    project.commit('One is over');

    const before = project.said.length;
    await project.start();
    const said = () => project.said.slice(before);
    await project.until('it says that the folder is gone', () =>
      said()
        .split('\n')
        .some((line) => line.includes('workspace is no folder any more') && line.includes(workspace)),
    );
    await project.until('two is in review', () => isInReview('two'));
    await project.until('nothing is left to be swept', () => !existsSync(record));
    await project.stop();
  } finally {
    await project.close();
  }
}, 240_000);
