import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { listKeepers } from '../../../src/activities/keeper/list.js';
import { LeftError, runProgram } from '../../../src/activities/keeper/program.js';
import { endAll, testOwner } from '../../support/keepers.js';

let runs: string;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'list-test-'));
  mkdirSync(join(runs, 'shop', 'SHOP-1', 'other'), { recursive: true });
});
afterEach(async () => {
  await endAll(runs);
  rmSync(runs, { recursive: true, force: true });
});

function run(name: string, script: string, leave?: AbortSignal) {
  return runProgram({
    place: join(runs, 'shop', 'SHOP-1', 'keepers', name),
    owner: testOwner,
    argv: ['bash', '--norc', '-c', script],
    cwd: runs,
    env: { PATH: process.env.PATH ?? '' },
    stdin: null,
    output: join(runs, 'output'),
    timeoutMs: 30_000,
    leaseMs: 30_000,
    epoch: 1,
    leave,
  });
}

it('lists nothing where there are no runs', async () => {
  expect(await listKeepers(join(runs, 'none'))).toEqual([]);
});

it('lists the newest keeper of each place, and what it does', async () => {
  await run('ended', 'true');
  const leaving = new AbortController();
  const waiting = (name: string) => `touch ${name}; until [ -e go ]; do sleep 0.02; done`;
  const left = run('left', waiting('left'), leaving.signal);
  const running = run('running', waiting('running'));
  while (!['left', 'running'].every((name) => existsSync(join(runs, name)))) await sleep(10);
  leaving.abort();
  await expect(left).rejects.toThrow(LeftError);

  const facts = async () =>
    (await listKeepers(runs))
      .map(({ place, state, attached }) => [place.split('/').at(-1), state, attached])
      .sort();
  // The keeper learns of the leaving a moment later.
  while ((await facts())[1]?.[2] !== false) await sleep(10);
  expect(await facts()).toEqual([
    ['ended', 'ended', null],
    ['left', 'running', false],
    ['running', 'running', true],
  ]);
  for (const { state, claim, rssBytes } of await listKeepers(runs)) {
    expect(claim.owner).toEqual(testOwner);
    // Of Node alone, which the keeper is, at least.
    if (state === 'running') expect(rssBytes).toBeGreaterThan(20_000_000);
    else expect(rssBytes).toBeNull();
  }

  writeFileSync(join(runs, 'go'), '');
  await running;
});
