import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeUpFile } from '../../src/config/engine-file.js';
import { dataPaths } from '../../src/config/paths.js';
import { nameProcess } from '../../src/activities/keeper/process-name.js';
import { runProgram } from './support/program.js';

const workflowFile = `---
project: { name: shop }
tracker: { kind: file }
repository: { url: . }
agent: { kind: command }
command: { run: "true" }
land: {}
---
Do it.
`;

let folder: string;
let child: ChildProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'continuo-down-'));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'WORKFLOW.md'), workflowFile);
  // Ends politely after a moment, as `continuo up` does.
  child = spawn('bash', ['-c', 'trap "sleep 0.3; exit 0" TERM; echo ready; while :; do sleep 0.05; done']);
  await once(child.stdout!, 'data');
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function down(start?: string) {
  const name = await nameProcess(child.pid!);
  writeUpFile(dataPaths(join(folder, 'data')), {
    process: { ...name, start: start ?? name.start },
    command: 'up',
    project: 'shop',
    others: ['site'],
    address: null,
    uiUrl: null,
    ready: true,
  });
  return runProgram(['down'], { cwd: folder, env: { CONTINUO_DATA: join(folder, 'data') } });
}

describe('continuo down', () => {
  it('ends the process that serves the data directory, and waits until it is gone', async () => {
    const closed = once(child, 'close');
    const { exitCode, stdout } = await down();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Stopped');
    expect(stdout).toContain('served site');
    expect(await closed).toEqual([0, null]);
  });

  it('never touches another process that has the pid by now', async () => {
    const { exitCode, stdout } = await down('1');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('Nothing of project shop is running on this host.\n');
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});
