import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { KeeperInfo } from '../../src/activities/keeper/list.js';
import type { LiveProject } from '../support/live-project.js';
import { processesWith, signal } from '../support/processes.js';

/** The front matter of an agent that notes each start and what it was asked, works, and leaves `<task>.txt`. */
export function notingAgent(work: string, { atOnce = 4, batch = 1 } = {}): string {
  return `
agent: { kind: command, max_concurrent_agents: ${atOnce}, max_retry_backoff_ms: 1000 }
command:
  run: |
    echo "$CONTINUO_TASK" >> ../../agents
    cat > "../../asked-$CONTINUO_TASK-$(grep -cx "$CONTINUO_TASK" ../../agents)"
    ${work}
    echo "$CONTINUO_TASK" > "$CONTINUO_TASK.txt"
    echo "wrote $CONTINUO_TASK.txt"
land: { strategy: squash, batch: ${batch} }
`;
}

/** Work that lasts until the test writes the note. */
export const until = (note: string) => `until [ -e ../../${note} ]; do sleep 0.1; done`;

/** How often the agent of a task was started. */
export function starts(project: LiveProject, task: string): number {
  return project.notes('agents').filter((name) => name === task).length;
}

/** For each start of a task's agent, whether it was told that one before it had been cut off. */
export function toldOfInterruption(project: LiveProject, task: string): boolean[] {
  return Array.from({ length: starts(project, task) }, (_, index) =>
    project.notes(`asked-${task}-${index + 1}`).some((line) => line === '### The last turn was cut off'),
  );
}

/** Waits until the tasks are done, and holds them to it: each landed once, whole, and nothing is left of it. */
export async function expectLandedOnce(project: LiveProject, tasks: string[]): Promise<void> {
  await project.until(`done: ${tasks.join(', ')}`, async () => {
    const statuses = await Promise.all(tasks.map((task) => project.status(task)));
    return statuses.every((status) => status?.phase === 'done');
  });
  const trailers = project
    .git('log', '--format=%(trailers:key=Continuo-Task,valueonly)', 'main')
    .split('\n')
    .filter(Boolean);
  expect(trailers.sort()).toEqual(tasks.map((task) => `${project.name}/${task}`).sort());
  for (const task of tasks) {
    expect(project.git('show', `main:${task}.txt`)).toBe(task);
    expect(project.git('show', `main:tasks/${task}.md`)).toContain('state: Done');
  }
  expect(project.git('status', '--porcelain')).toBe('');
  await project.until('their refs are removed', () => project.git('for-each-ref', 'refs/continuo') === '');
}

/** Ends `continuo up` and holds it to: no process of the project, and no file outside of its places. */
export async function expectNothingLeft(project: LiveProject): Promise<void> {
  // Trash is removed when the worker has nothing else to do.
  await project.until('the workspaces are removed', () =>
    readdirSync(join(project.folder, 'workspaces')).every((name) => name === 'trash@continuo'),
  );
  await project.until('no program runs', async () => (await project.programs()).length === 0);
  await project.stop();
  await project.until('every process has ended', () => project.processes().length === 0, 20_000);
  expect(readdirSync(project.temporary)).toEqual([]);
  const own = ['data', 'repository', 'tmp', 'workspaces'];
  const others = readdirSync(project.folder).filter((name) => !own.includes(name));
  expect(others.filter((name) => !/^(agents|asked-.*|go.*|checks|pushed|acknowledged)$/.test(name))).toEqual(
    [],
  );
}

export async function programOf(project: LiveProject, task: string): Promise<KeeperInfo> {
  const found = (await project.programs()).find(({ claim }) => claim.owner.identifier === task);
  if (found === undefined) throw new Error(`nothing of ${task} runs`);
  return found;
}

/** Kills the keeper of a task, and returns what it kept. */
export async function killKeeper(project: LiveProject, task: string): Promise<KeeperInfo> {
  const program = await programOf(project, task);
  signal(program.claim.process.pid, 'SIGKILL');
  return program;
}

/** Kills the program of a task itself: the shell, whatever it is wrapped in. */
export async function killChild(project: LiveProject, task: string): Promise<void> {
  const { claim } = await programOf(project, task);
  const shells = membersOf(claim).filter(({ argv }) => argv[0] === 'bash');
  signal(Math.min(...shells.map(({ pid }) => pid)), 'SIGKILL');
}

/** What a program has started and is still there. */
export function membersOf({ cookie }: KeeperInfo['claim']): ReturnType<typeof processesWith> {
  return processesWith(`CONTINUO_PROGRAM=${cookie}`);
}
