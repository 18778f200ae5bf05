import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { parseConfig } from '../../src/config/parse.js';
import { landingWorkflowId } from '../../src/domain/landing.js';
import type { LandingQueue } from '../../src/domain/landing-queue.js';
import { FakePorts, heldUntil, testConfig, workflowQueueOf } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

let lab: Lab;
let ports: FakePorts;
let repository: string;

beforeAll(async () => {
  lab = await openLab();
  const file = join(lab.folder, 'WORKFLOW.md');
  repository = parseConfig(file, await readFile(file, 'utf8'), {}).repository?.id ?? '';
  await lab.startProject(testConfig({ maxConcurrent: 5 }));
});
afterAll(() => lab.close());
beforeEach(() => {
  ports = new FakePorts();
  ports.usually('requestLanding', async ({ entry }) => {
    const train = landingWorkflowId(repository, entry.base);
    await Context.current().client.workflow.signalWithStart('landing', {
      workflowId: train,
      taskQueue: workflowQueueOf(entry.project),
      signal: 'enqueue',
      signalArgs: [entry],
      args: [{ repository, base: entry.base, entries: [] }],
    });
    return { train };
  });
});

async function queue(): Promise<LandingQueue> {
  return JSON.parse((await lab.cli(['queue', '--json'])).stdout) as LandingQueue;
}

async function startQueued(task: string): Promise<void> {
  await lab.cli(['start', `Do ${task}`, '--id', task]);
  await lab.until(task, ({ waiting }) => waiting?.kind === 'landing');
  while (!(await queue()).entries.some((entry) => entry.task === task));
}

describe('continuo queue', () => {
  it('is empty before anything has landed', async () => {
    const { exitCode, stderr } = await lab.cli(['queue']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Nothing is to land on main now')]);
  });

  it('shows what lands in its order, and changes that', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    ports.next('rebase', async () => {
      await heldUntil(opened);
      return { kind: 'ready', candidate: { sha: 'landed', baseSha: 'base' } };
    });
    await lab.startWorkers(() => ports);
    for (const task of ['one', 'two', 'three']) await startQueued(task);

    const shown = await queue();
    expect(Object.keys(shown).sort()).toEqual(['base', 'entries', 'problem', 'remarks', 'repository']);
    expect(shown.entries.map(({ task, project, step }) => [task, project, step])).toEqual([
      ['one', 'shop', 'rebase'],
      ['two', 'shop', null],
      ['three', 'shop', null],
    ]);
    const table = (await lab.cli(['queue'])).stdout;
    expect(table).toMatch(/^TASK +COMMIT +NOW +TITLE +WAITING$/m);
    expect(table).toMatch(/^one +c0+ +rebase, \S+/m);

    const moved = await lab.cli(['queue', 'front', 'three']);
    expect([moved.exitCode, moved.stdout]).toEqual([0, 'three was moved to the front by ann\n']);
    expect((await queue()).entries.map(({ task }) => task)).toEqual(['one', 'three', 'two']);

    const removed = await lab.cli(['queue', 'remove', 'two', '--json', '--by', 'bob']);
    expect(JSON.parse(removed.stdout)).toMatchObject({
      task: 'two',
      command: 'remove',
      by: 'bob',
      result: 'applied',
    });
    const paused = await lab.until('two', ({ waiting }) => waiting?.kind === 'paused');
    expect(paused.waiting).toMatchObject({ by: 'bob' });

    const atWork = await lab.cli(['queue', 'remove', 'one']);
    expect([atWork.exitCode, atWork.stderr]).toEqual([4, expect.stringContaining('one is at work already')]);
    const unknown = await lab.cli(['queue', 'front', 'nobody']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([4, expect.stringContaining('not in the queue')]);

    open();
    await lab.until('three', ({ phase }) => phase === 'done');
    await lab.cli(['resume', 'two']);
    await lab.until('two', ({ phase }) => phase === 'done');
    await lab.stopWorkers();
    const { exitCode, stderr } = await lab.cli(['queue']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the queue cannot be read')]);
  });

  it('refuses usage that means nothing', async () => {
    const nameless = await lab.cli(['queue', 'front']);
    expect([nameless.exitCode, nameless.stderr]).toEqual([2, expect.stringContaining('name the task')]);
    const wrong = await lab.cli(['queue', 'burn', 'one']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('front, remove')]);
  });
});
