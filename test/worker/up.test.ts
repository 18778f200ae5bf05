import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { readEngineFile, readUpFile } from '../../src/config/engine-file.js';
import type { DataPaths } from '../../src/config/paths.js';
import { cacheDirectory, dataPaths } from '../../src/config/paths.js';
import { serverLock } from '../../src/worker/engine/embedded.js';
import { acquireLock } from '../../src/worker/engine/lock.js';
import { killServer } from '../../src/worker/engine/stop.js';
import { isAlive } from '../../src/activities/keeper/process-name.js';
import { until } from '../support/engine.js';
import type { Program } from '../support/program.js';
import { compile, start } from '../support/program.js';

const workflow = `---
project: { name: shop }
tracker: { kind: file, provider: { path: tasks } }
agent: { kind: command }
command: { run: "true" }
repository: { url: ., base: main }
verify: { checks: [{ name: test, run: "true" }] }
review: { human: { when: always } }
land: { mode: merge }
---
{{ issue.title }}
`;

describe('continuo up', () => {
  let up: string;
  let root: string;
  let file: string;
  let paths: DataPaths;
  let env: NodeJS.ProcessEnv;
  let programs: Program[];

  beforeAll(async () => (up = await compile('test/support/programs/up.ts')));
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'continuo-up-'));
    file = join(root, 'shop', 'WORKFLOW.md');
    paths = dataPaths(join(root, 'data'));
    programs = [];
    env = {
      PATH: process.env.PATH,
      HOME: root,
      CONTINUO_CACHE: cacheDirectory(process.env),
      CONTINUO_DATA: paths.root,
    };
    const cwd = join(root, 'shop');
    await mkdir(cwd);
    await writeFile(file, workflow);
    const git = (...args: string[]) => execFileSync('git', args, { cwd, env });
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'First');
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await killServer(paths);
    await rm(root, { recursive: true, force: true });
  });

  function run(command: 'up' | 'worker', more: NodeJS.ProcessEnv = {}): Program {
    const program = start(up, [command, file], { ...env, ...more });
    programs.push(program);
    return program;
  }

  async function describeProject() {
    const connection = await Connection.connect({ address: readEngineFile(paths)!.address });
    try {
      const client = new Client({ connection });
      return await client.workflow.getHandle('project/shop').describe();
    } finally {
      await connection.close();
    }
  }

  it('says where everything is, refuses a second one, and leaves no process at SIGTERM (CLI-03)', async () => {
    const first = run('up');
    await first.line('Continuo serves project shop');
    const { address, uiUrl, server } = readEngineFile(paths)!;
    await first.line(address);
    await first.line(uiUrl);
    await first.line('Sandbox');
    expect(readUpFile(paths)).toMatchObject({ address, uiUrl, process: { pid: first.pid } });
    expect((await describeProject()).status.name).toBe('RUNNING');

    const second = run('up');
    expect(await second.ended()).toBe(1);
    expect(second.output()).toContain(`by \`continuo up\`, process ${first.pid}`);

    expect(await first.end('SIGTERM')).toBe(0);
    expect(await isAlive(server!)).toBe(false);
    expect(readUpFile(paths)).toBeNull();
    const lock = acquireLock(serverLock(paths));
    expect(lock).not.toBeNull();
    lock?.release();
  });

  it('goes on with the same scheduler after it was killed, on the server that was left (REC-11)', async () => {
    const first = run('up');
    await first.line('Continuo serves project shop');
    const { runId } = await describeProject();
    await first.end('SIGKILL');

    const second = run('up');
    await second.line('left running by an earlier one');
    const found = await describeProject();
    expect(found).toMatchObject({ runId, status: { name: 'RUNNING' } });
    expect(await second.end('SIGINT')).toBe(0);
  });

  it('ends at once at a second signal, and its server with it', async () => {
    const program = run('up');
    await program.line('Continuo serves project shop');
    const { server } = readEngineFile(paths)!;
    process.kill(program.pid, 'SIGTERM');
    await program.line('Stopping');
    expect(await program.end('SIGTERM')).toBe(1);
    await until(async () => !(await isAlive(server!)));
  });

  it('waits for a server that is named and not up, until it is told to stop', async () => {
    const program = run('up', { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    await until(() => program.output().includes('waits for the Temporal server'));
    expect(await program.end('SIGTERM')).toBe(0);
    expect(readEngineFile(paths)).toBeNull();
  });

  it('is not needed on a host that works for a server elsewhere', async () => {
    const program = run('up');
    await program.line('Continuo serves project shop');
    const { address } = readEngineFile(paths)!;
    const worker = run('worker', { TEMPORAL_ADDRESS: address, CONTINUO_DATA: join(root, 'other') });
    await worker.line(`for ${address}, namespace default`);
    expect(await worker.end('SIGTERM')).toBe(0);
    expect((await describeProject()).status.name).toBe('RUNNING');
  });
});
