import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskStatus } from '../../src/domain/status.js';
import { FakePorts, untilCancelled } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

let lab: Lab;
let ports = new FakePorts();
let count = 0;

beforeAll(async () => {
  lab = await openLab();
  await lab.startProject();
  await lab.startWorkers(() => ports);
});
afterAll(() => lab.close());
beforeEach(() => {
  ports = new FakePorts().usually('prepare', ({ headSha, from }) => ({
    kind: 'ready',
    workspace: lab.workspace,
    headSha: headSha ?? from?.sha ?? null,
    notes: [],
  }));
});

const waits = ({ waiting }: TaskStatus) => waiting?.kind === 'decision';

async function start(): Promise<string> {
  count += 1;
  const task = `task-${count}`;
  const words = ['--title', 'Sum', '--scope', 'src/**', '--accept', 'it adds'];
  const { exitCode } = await lab.cli(['start', 'Add the numbers', '--id', task, ...words]);
  expect(exitCode).toBe(0);
  await lab.until(task, waits);
  return task;
}

describe('rewind', () => {
  it('puts a task back, waits for it, and says what became of it', async () => {
    const task = await start();
    const { headSha } = await lab.until(task, waits);
    const { exitCode, stdout } = await lab.cli([
      'rewind',
      task,
      '--to',
      'run',
      '-m',
      'Leave the parser alone',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ann has it put back to run of round 1, before any work');
    expect(stdout).toContain('to the agent, round 2');
    await lab.until(task, (status) => waits(status) && status.round === 2);
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([
      { kind: 'rewind', by: 'ann', note: 'Leave the parser alone' },
    ]);
    const shown = JSON.parse((await lab.cli(['status', task, '--json'])).stdout) as TaskStatus;
    expect(shown.checkpoints).toContainEqual(
      expect.objectContaining({ phase: 'review', round: 1, sha: headSha }),
    );
  });

  it('is refused for what was never reached, with the reason', async () => {
    const task = await start();
    const { exitCode, stderr } = await lab.cli(['rewind', task, '--to', 'verify', '--round', '7']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('the task did not reach verify in round 7');
  });

  it('ends with 4 when the files cannot be put back', async () => {
    const task = await start();
    ports.next('restore', { kind: 'lost', message: 'it is not on this host any more' });
    const { exitCode, stderr } = await lab.cli(['rewind', task, '--to', 'verify']);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('it is not on this host any more')]);
  });

  it.each([
    ['--to', 'land'],
    ['--to', 'run', '--round', '0'],
    ['-m', 'without a phase'],
  ])('is wrong usage with %s %s', async (...options) => {
    expect((await lab.cli(['rewind', 'task-1', ...options])).exitCode).toBe(2);
  });

  it('says what is over, and what there is not', async () => {
    const task = await start();
    await lab.cli(['reject', task, '-m', 'No']);
    await lab.until(task, ({ phase }) => phase === 'rejected');
    expect((await lab.cli(['rewind', task, '--to', 'run'])).exitCode).toBe(4);
    expect((await lab.cli(['rewind', 'nope', '--to', 'run'])).exitCode).toBe(3);
  });
});

describe('fork', () => {
  it('starts a second task with the same words from the newest checkpoint, and leaves the first alone', async () => {
    const task = await start();
    const { headSha } = await lab.until(task, waits);
    const forked = await lab.cli(['fork', task, '--id', 'other', '-m', 'Without a table', '--json']);
    expect(JSON.parse(forked.stdout)).toMatchObject({ task: 'other', title: 'Sum', project: 'shop' });
    await lab.until('other', waits);
    expect(ports.inputs('prepare').at(-1)).toMatchObject({
      headSha: null,
      from: { identifier: task, sha: headSha },
      issue: {
        identifier: 'other',
        description: 'Add the numbers',
        scope: ['src/**'],
        acceptance: ['it adds'],
        source: 'prompt',
      },
    });
    expect(ports.inputs('runTurn').at(-1)?.feedback).toEqual([
      { kind: 'fork', task, sha: headSha, by: 'ann', note: 'Without a table' },
    ]);
    expect(await lab.until(task, waits)).toMatchObject({ round: 1, headSha });
    expect((await lab.cli(['fork', task, '--id', 'other'])).exitCode).toBe(4);
  });

  it('starts from an earlier moment, also of a task that is over', async () => {
    const task = await start();
    const { headSha } = await lab.until(task, waits);
    await lab.cli(['request-changes', task, '-m', 'More']);
    await lab.until(task, (status) => waits(status) && status.round === 2);
    await lab.cli(['cancel', task]);
    await lab.until(task, ({ phase }) => phase === 'cancelled');
    const { exitCode, stdout } = await lab.cli(['fork', task, '--to', 'run', '--round', '2']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Started sum-[a-z0-9]{4}: Sum\n/);
    const [, other = ''] = /^Started (\S+):/.exec(stdout) ?? [];
    await lab.until(other, waits);
    expect(ports.inputs('prepare').at(-1)?.from).toEqual({ identifier: task, sha: headSha });
    expect(ports.inputs('runTurn').at(-1)?.feedback).toMatchObject([
      { kind: 'before', words: [{ kind: 'changes', note: 'More' }] },
      { kind: 'fork', task },
    ]);
  });

  it('is refused where there is nothing to start from', async () => {
    const task = await start();
    expect((await lab.cli(['fork', task, '--to', 'run', '--round', '9'])).stderr).toContain('round 9');
    expect((await lab.cli(['fork', task, '--round', '1'])).exitCode).toBe(2);
    await lab.cli(['approve', task]);
    await lab.until(task, ({ phase }) => phase === 'done');
    const landed = await lab.cli(['fork', task]);
    expect([landed.exitCode, landed.stderr]).toEqual([4, expect.stringContaining('has landed')]);
    expect((await lab.cli(['fork', 'nope'])).exitCode).toBe(3);

    ports.next('runTurn', untilCancelled);
    await lab.cli(['start', 'Slow', '--id', 'slow']);
    await lab.until('slow', () => ports.inputs('runTurn').length === 1);
    expect((await lab.cli(['fork', 'slow'])).stderr).toContain('has saved no work yet');
    await lab.cli(['cancel', 'slow']);
  });
});

describe('a decision', () => {
  it('takes an approval back while the change waits to land', async () => {
    const task = await start();
    const { headSha } = await lab.until(task, waits);
    ports.next('merge', { kind: 'blocked', message: 'a.txt changed there.' });
    await lab.cli(['approve', task]);
    await lab.until(task, ({ waiting }) => waiting?.kind === 'base');
    expect((await lab.cli(['approve', task])).exitCode).toBe(4);
    const { exitCode, stdout } = await lab.cli(['request-changes', task, '-m', 'Not yet']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`Requesting changes to ${headSha}`)]);
    await lab.until(task, (status) => waits(status) && status.round === 2);
    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toMatch(/approve of c0+, round 1, by ann \(update\)/);
    expect(page).toMatch(/request changes of c0+, round 1, by ann \(update\): Not yet/);
  });
});

describe('without a worker', () => {
  it('records a rewind for later, and cannot fork', async () => {
    const task = await start();
    await lab.stopWorkers();
    const rewound = await lab.cli(['rewind', task, '--to', 'verify']);
    expect([rewound.exitCode, rewound.stdout]).toEqual([0, expect.stringContaining('recorded')]);
    const forked = await lab.cli(['fork', task]);
    expect([forked.exitCode, forked.stderr]).toEqual([1, expect.stringContaining('no worker is running')]);
    await lab.startWorkers(() => ports);
    await lab.until(task, (status) => waits(status) && status.round === 2);
  });
});
