import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUpFile } from '../../src/config/engine-file.js';
import type { DataPaths } from '../../src/config/paths.js';
import { cacheDirectory, dataPaths } from '../../src/config/paths.js';
import type { LiveProgram } from '../../src/worker/keepers.js';
import { isAlive } from '../../src/activities/keeper/process-name.js';
import { until } from '../support/engine.js';
import { runProgram } from './support/program.js';

const workflowFile = (base: string) => `---
workspace: { root: ./workspaces }
project: { name: shop }
tracker: { kind: file, provider: { path: tasks } }
repository: { url: ., base: ${base} }
agent: { kind: command }
command: { run: 'echo begun; exec sleep 600' }
land: { mode: merge }
---
Do it.
`;

interface Started {
  containment: string;
  pid: number;
  address: string;
  log: string;
}

describe('continuo up --detach', () => {
  let folder: string;
  let paths: DataPaths;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-detach-'));
    paths = dataPaths(join(folder, 'data'));
    await writeFile(join(folder, 'WORKFLOW.md'), workflowFile('main'));
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args]);
    git('init', '--quiet', '--initial-branch', 'main');
    git('-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'First');
  });
  afterEach(async () => {
    await run('down', '--agents');
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    runProgram(args, {
      cwd: folder,
      env: { CONTINUO_DATA: paths.root, CONTINUO_CACHE: cacheDirectory(process.env) },
    });

  it('returns when it works, goes on alone, refuses a second one, and ends at `down`', async () => {
    const first = await run('up', '--detach', '--json');
    expect({ code: first.exitCode, said: first.stderr }).toEqual({ code: 0, said: '' });
    const { pid, address, log, containment } = JSON.parse(first.stdout) as Started;
    const served = readUpFile(paths);
    expect(served).toMatchObject({ ready: true, address, process: { pid } });
    expect(log).toBe(join(paths.root, 'up.log'));
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => !/^time=\S+ level=\w+ message=.* project=shop host=/.test(line))).toEqual(
      [],
    );
    expect(lines.join('\n')).toContain(`message=serving project=shop`);
    // What is for people is beside it.
    expect(await readFile(join(paths.root, 'up.out'), 'utf8')).toContain('Continuo serves project shop');
    expect(await readFile(join(paths.root, 'up.out'), 'utf8')).toContain(`  Sandbox   ${containment}\n`);
    // It answers by itself, with its starter gone.
    expect((await run('list')).exitCode).toBe(0);

    const second = await run('up', '--detach');
    expect(second).toMatchObject({ exitCode: 4, stdout: '' });
    expect(second.stderr).toContain(`served on this host already, by \`continuo up\`, process ${pid}`);
    expect(await isAlive(served!.process)).toBe(true);

    const down = await run('down');
    expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Stopped') });
    expect(await isAlive(served!.process)).toBe(false);
  });

  it('and `down` and `up` leave an agent running, which ends at `down --agents`', async () => {
    const agents = async () => JSON.parse((await run('ps', '--json')).stdout) as LiveProgram[];
    const attached = () => until(async () => (await agents()).some((program) => program.attached === true));
    const { stdout } = await run('up', '--detach');
    expect(stdout).toMatch(/^ {2}Sandbox {3}(strict|standard|none): /m);
    await run('start', 'Do it', '--id', 'one');
    await attached();
    const [agent] = await agents();
    expect(agent).toMatchObject({ task: 'one', kind: 'agent', title: 'turn 1' });
    expect(agent?.memoryBytes).toBeGreaterThan(0);

    expect((await run('down')).stdout).toContain('1 agent goes on without a worker, for 15 min at most');
    expect(await agents()).toMatchObject([{ pid: agent?.pid, attached: false }]);

    await run('up', '--detach');
    await attached();
    expect((await agents()).map(({ pid }) => pid)).toEqual([agent?.pid]);

    expect((await run('down', '--agents')).stdout).toContain('Ended 1 of its agents');
    expect(await agents()).toEqual([]);
    const transcript = await readFile(join(paths.runs, 'shop', 'one', 'transcript.log'), 'utf8');
    expect(transcript.match(/^begun$/gm)).toHaveLength(1);
  });

  it('tells why it could not start, with the exit code of `up` (CLI-03, OBS-03, REL-08)', async () => {
    await writeFile(join(folder, 'WORKFLOW.md'), workflowFile('develop'));
    const { exitCode, stdout, stderr } = await run('up', '--detach');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('has ended before it could work');
    expect(stderr).toContain('develop');
    expect(stderr).toContain(join(paths.root, 'up.out'));
    expect(readUpFile(paths)).toBeNull();
  });

  it('writes the log where and how it is asked to', async () => {
    const file = join(folder, 'logs', 'shop.log');
    const { stdout } = await run('up', '--detach', '--log-file', 'logs/shop.log', '--log-format', 'json');
    expect(stdout).toContain(`  Log       ${file}\n`);
    await run('down');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual(expect.arrayContaining(['serving', 'stopping', 'stopped']));
  });
});
