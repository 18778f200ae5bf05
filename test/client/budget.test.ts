import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failedCheck, FakePorts, testConfig, testEvidence, testSha } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

describe('continuo budget', () => {
  let lab: Lab;
  const ports = new FakePorts();

  beforeAll(async () => {
    lab = await openLab();
    await lab.startProject(testConfig({ human: 'always', limits: { turns: 1 } }));
    await lab.startWorkers(() => ports);
  });
  afterAll(() => lab.close());

  it('lets a task that waits for it go on, as status says', async () => {
    ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
    await lab.cli(['start', 'Add the numbers', '--id', 'sum']);
    await lab.until('sum', ({ waiting }) => waiting?.kind === 'budget');
    const { stdout } = await lab.cli(['status', 'sum']);
    expect(stdout).toContain('1 of 1 turns are spent');
    expect(stdout).toContain('continuo budget sum --turns 2');
    expect((await lab.cli(['list'])).stdout).toMatch(/sum +run +budget/);

    const refused = await lab.cli(['budget', 'sum', '--turns', '1']);
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('is 1 already')]);
    const raised = await lab.cli(['budget', 'sum', '--turns', '2']);
    expect([raised.exitCode, raised.stdout]).toEqual([
      0,
      expect.stringContaining('raised by ann to 2 turns'),
    ]);
    await lab.until('sum', ({ waiting }) => waiting?.kind === 'decision');
  });

  it.each([[[]], [['--usd', '0']], [['--tokens', 'many']]])('is wrong usage with %j', async (options) => {
    expect((await lab.cli(['budget', 'sum', ...options])).exitCode).toBe(2);
  });

  it('says what there is not', async () => {
    expect((await lab.cli(['budget', 'nope', '--turns', '2'])).exitCode).toBe(3);
  });
});

describe('continuo budget for all tasks', () => {
  let lab: Lab;
  const ports = new FakePorts();

  beforeAll(async () => {
    lab = await openLab();
    await lab.startProject(testConfig({ human: 'always', shared: { day: { turns: 1 } } }));
    await lab.startWorkers(() => ports);
  });
  afterAll(() => lab.close());

  it('shows what was spent, and lets all go on, as status says', async () => {
    await lab.cli(['start', 'Add the numbers', '--id', 'one']);
    await lab.until('one', ({ waiting }) => waiting?.kind === 'decision');
    await lab.cli(['start', 'Add more numbers', '--id', 'two']);
    await lab.until('two', ({ waiting }) => waiting?.kind === 'slot' && waiting.held !== undefined);
    const { stdout } = await lab.cli(['status', 'two']);
    expect(stdout).toMatch(/waits for +the budget of the day until .*: 1 of 1 turns are spent/);
    expect(stdout).toContain('continuo budget --day --turns 2');

    const listed = await lab.cli(['list']);
    expect(listed.stdout).toMatch(/two +claim +budget of the day until \d{4}-\d\d-\d\d \d\d:00:00 /);
    const [two] = JSON.parse((await lab.cli(['list', '--json'])).stdout) as { until: string }[];
    expect(two).toMatchObject({ waitingFor: 'slot', until: expect.stringMatching(/T00:00:00.000Z$/) });

    const shown = await lab.cli(['budget']);
    expect(shown.stdout).toMatch(/^BUDGET +USD +TOKENS +TURNS +MINUTES\n/);
    expect(shown.stdout).toMatch(/\n\d{4}-\d\d-\d\d +unknown +15 +1 of 1 +0\n/);
    expect(shown.stdout).toMatch(/\nproject +unknown +15 +1 +0\n/);
    expect(shown.stderr).toContain('1 of 1 turns are spent');
    const { stdout: json } = await lab.cli(['budget', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      project: 'shop',
      timeZone: 'UTC',
      budgets: [
        { scope: 'day', usage: { turns: 1 }, limits: { turns: 1 } },
        { scope: 'project', usage: { turns: 1 }, limits: {} },
      ],
    });

    const refused = await lab.cli(['budget', '--project', '--usd', '5']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      4,
      expect.stringContaining('nothing limits its usd'),
    ]);
    const raised = await lab.cli(['budget', '--day', '--turns', '2']);
    expect([raised.exitCode, raised.stdout]).toEqual([
      0,
      expect.stringContaining('the budget of the day was raised by ann to 2 turns'),
    ]);
    await lab.until('two', ({ waiting }) => waiting?.kind === 'decision');
  });

  it.each([[['--day']], [['--turns', '5']], [['two', '--day', '--turns', '5']], [['--day', '--project']]])(
    'is wrong usage with %j',
    async (options) => {
      expect((await lab.cli(['budget', ...options])).exitCode).toBe(2);
    },
  );
});
