import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readUpFile } from '../../src/config/engine-file.js';
import { dataPaths } from '../../src/config/paths.js';
import { endProgram } from '../../src/activities/keeper/strays.js';
import { runningPrograms } from '../../src/worker/programs.js';
import { LiveProject } from '../support/live-project.js';

const workflow = `
agent: { kind: command }
command:
  run: |
    echo "$CONTINUO_TASK" >> ../../agents
    until [ -e ../../go ]; do sleep 0.05; done
    echo done > "$CONTINUO_TASK.txt"
    echo wrote it
hooks:
  before_run: echo before >> ../../hooks
  after_run: echo after >> ../../hooks
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
review: { human: { when: never } }
land: { strategy: squash }
`;

/** `PENDING_ACTIVITY_STATE_STARTED` of the API. */
const startedState = 2;

describe('an agent whose worker', () => {
  let project: LiveProject;
  beforeEach(() => {
    project = new LiveProject({ workflow, tasks: { one: 'Write a file.' } });
  });
  afterEach(async () => {
    const programs = await runningPrograms(dataPaths(project.data));
    await project.close();
    await Promise.all(programs.map(endProgram));
  });

  const programs = () => runningPrograms(dataPaths(project.data));

  async function beginTurn(): Promise<void> {
    await project.start();
    await project.until('the agent is at work', () => project.notes('agents').length === 1);
  }

  async function stopUp(): Promise<void> {
    process.kill(readUpFile(dataPaths(project.data))!.process.pid, 'SIGTERM');
    await project.until('continuo up has ended', () => !project.isUp());
  }

  /** Whether a worker attends to the turn in this attempt, or a later one. */
  async function isTakenUp(number: number): Promise<boolean> {
    const client = await project.client();
    const { raw } = await client.workflow.getHandle(`task/${project.name}/one`).describe();
    return (raw.pendingActivities ?? []).some(
      ({ activityType, attempt, state }) =>
        activityType?.name === 'runTurn' && (attempt ?? 0) >= number && Number(state) === startedState,
    );
  }

  it('is killed, and then told to stop, goes on, and the last worker takes its outcome', async () => {
    await beginTurn();
    await project.kill('worker');
    expect(await programs()).toHaveLength(1);
    await project.start();
    await project.until('the next worker attends to it', () => isTakenUp(2));

    await stopUp();
    expect(await programs()).toHaveLength(1);
    await project.start();
    await project.until('the last worker attends to it', () => isTakenUp(3));

    writeFileSync(join(project.folder, 'go'), '');
    await project.until('the task is done', async () => (await project.status('one'))?.phase === 'done');
    expect(project.notes('agents')).toEqual(['one']);
    expect(project.notes('hooks')).toEqual(['before', 'after']);
    expect(project.git('show', 'main:one.txt')).toBe('done');
    expect(await programs()).toEqual([]);
  });

  it('was killed is ended by the next one when its task is cancelled', async () => {
    await beginTurn();
    await project.kill('worker');
    await project.start();
    await project.until('the next worker attends to it', () => isTakenUp(2));
    const client = await project.client();
    await client.workflow.getHandle(`task/${project.name}/one`).cancel();
    await project.until('nothing runs any more', async () => (await programs()).length === 0);
    await project.until('the hook has run', () => project.notes('hooks').includes('after'));
    expect(existsSync(join(project.folder, 'workspaces', 'one', 'one.txt'))).toBe(false);
  });
});
