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
