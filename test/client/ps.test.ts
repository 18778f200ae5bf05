import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim, Owner } from '../../src/activities/keeper/protocol.js';
import { files, protocolVersion } from '../../src/activities/keeper/protocol.js';
import { dataPaths } from '../../src/config/paths.js';
import { nameProcess } from '../../src/activities/keeper/process-name.js';
import { runProgram } from './support/program.js';

const workflowFile = `---
project: { name: shop }
tracker: { kind: file }
repository: { url: . }
agent: { kind: command }
command: { run: "true" }
keeper: { lease_ms: 600000 }
land: {}
---
Do it.
`;

let folder: string;
let keepers: ChildProcess[];
beforeEach(async () => {
  keepers = [];
  folder = await mkdtemp(join(tmpdir(), 'continuo-ps-'));
  await writeFile(join(folder, 'WORKFLOW.md'), workflowFile);
});
afterEach(async () => {
  for (const keeper of keepers) keeper.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const data = () => join(folder, 'data');
const run = (...args: string[]) => runProgram(args, { cwd: folder, env: { CONTINUO_DATA: data() } });

/** A place whose claim names a process that lives, but has no socket. */
async function keep(what: Pick<Owner, 'kind' | 'title'>, task = 'add-slug'): Promise<ChildProcess> {
  const keeper = spawn('sleep', ['600']);
  keepers.push(keeper);
  await once(keeper, 'spawn');
  const place = join(dataPaths(data()).runs, 'shop', task, 'keepers', `${what.kind}-${keepers.length}`);
  const generation = join(place, 'gen-0001');
  await mkdir(generation, { recursive: true, mode: 0o700 });
  const claim: Claim = {
    kind: 'keeper',
    version: protocolVersion,
    id: 'nonce',
    process: await nameProcess(keeper.pid!),
    owner: {
      project: 'shop',
      identifier: task,
      workflowId: `task/shop/${task}`,
      workflowRun: 'run',
      ...what,
    },
    cookie: `cookie-${keepers.length}`,
    startedAt: new Date(Date.now() - 65_000).toISOString(),
  };
  await writeFile(join(generation, files.claim), JSON.stringify(claim));
  return keeper;
}

describe('continuo ps', () => {
  it('lists what runs, with nothing else up, and not what has ended', async () => {
    const agent = await keep({ kind: 'agent', title: 'turn 3' });
    const check = await keep({ kind: 'check', title: 'check test' });
    const ended = once(check, 'close');
    check.kill('SIGKILL');
    await ended;
    const { exitCode, stdout } = await run('ps');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^TASK +WHAT +WORKER +AGE +MEMORY +PID$/);
    expect(stdout).toMatch(new RegExp(`^add-slug +agent, turn 3 +.* 1 min \\d+ s +.* ${agent.pid}$`, 'm'));
    expect(stdout).not.toContain('check test');
  });

  it('gives the same as JSON, also by the name of the project, without a workflow file', async () => {
    const agent = await keep({ kind: 'agent', title: 'turn 1' });
    await rm(join(folder, 'WORKFLOW.md'));
    const { exitCode, stdout } = await run('ps', '--project', 'shop', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        ...{ project: 'shop', task: 'add-slug', kind: 'agent', title: 'turn 1', pid: agent.pid },
        ageMs: expect.any(Number),
      }),
    ]);
  });

  it('says that nothing runs, and what to look at next', async () => {
    await mkdir(data());
    const { exitCode, stdout, stderr } = await run('ps');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toBe(
      `No agent, check or hook of project shop runs on this host (data directory ${data()}). The tasks: continuo list\n`,
    );
    expect((await run('ps', '--json')).stdout).toBe('[]\n');
  });

  it('does not take a data directory that is elsewhere for one in which nothing runs', async () => {
    const { exitCode, stdout, stderr } = await run('ps');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toContain(`There is no data directory ${data()}`);
    expect(stderr).toContain('CONTINUO_DATA');
  });
});

describe('continuo down', () => {
  it('leaves agents running, and says for how long and what to do', async () => {
    const agent = await keep({ kind: 'agent', title: 'turn 1' });
    await keep({ kind: 'check', title: 'check test' }, 'other');
    const { exitCode, stdout } = await run('down');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 agent and 1 check go on without a worker, for 10 min at most');
    expect(stdout).toContain('continuo down --agents');
    expect(agent.exitCode ?? agent.signalCode).toBeNull();
  });

  it('ends them with --agents, and says so', async () => {
    const agent = await keep({ kind: 'agent', title: 'turn 1' });
    const ended = once(agent, 'close');
    const { exitCode, stdout } = await run('down', '--agents');
    expect(exitCode).toBe(0);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(stdout).toContain('Ended 1 of its agents, checks and hooks');
    expect(stdout).not.toContain('go on without a worker');
  });
});
