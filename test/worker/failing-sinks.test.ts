import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readUpFile } from '../../src/config/engine-file.js';
import { dataPaths } from '../../src/config/paths.js';
import { cli, LiveProject } from '../support/live-project.js';

const workflow = `
agent: { kind: command }
command: { run: "true" }
land: { mode: merge }
`;

describe('continuo up', () => {
  let project: LiveProject;
  afterEach(() => project.close());

  it('serves although its log file is a folder, and says so once (OBS-04)', async () => {
    project = new LiveProject({ workflow, up: (folder) => ['--log-file', join(folder, 'log')] });
    mkdirSync(join(project.folder, 'log'));
    await project.start();
    expect((await project.client()).connection).toBeDefined();
    await project.stop();
    const lines = project.said.split('\n');
    const trouble = lines.filter((line) => line.includes('the log file cannot be written'));
    expect(trouble).toEqual([expect.stringMatching(/level=warn .*error="EISDIR: /)]);
    expect(lines.filter((line) => line.includes('message=serving'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('message=stopped'))).toHaveLength(1);
  });

  it('serves although nothing that it prints is taken (OBS-04, OBS-08)', async () => {
    project = new LiveProject({ workflow });
    const log = join(project.folder, 'up.log');
    const command = 'exec "$0" "$@" > /dev/full 2> /dev/full';
    const up = spawn('bash', ['-c', command, process.execPath, cli, 'up', '--log-file', log], {
      cwd: project.repository,
      env: project.environment,
      stdio: 'ignore',
    });
    const ended = once(up, 'exit');
    await project.until('it serves', () => {
      if (up.exitCode !== null) throw new Error(`it has ended with ${up.exitCode}`);
      return readUpFile(dataPaths(project.data))?.ready === true;
    });
    await project.until(
      'it has said so',
      () => existsSync(log) && readFileSync(log, 'utf8').includes('message=serving'),
    );
    up.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(readFileSync(log, 'utf8')).toContain('message=stopped');
  });

  it('says in one message that its port for metrics is taken, and starts nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      project = new LiveProject({ workflow });
      const { code, stderr } = project.run('up', '--metrics-port', String(port));
      expect(code).toBe(2);
      expect(stderr.split('\n').filter((line) => line.startsWith('continuo: '))).toEqual([
        expect.stringMatching(
          new RegExp(`WORKFLOW.md: metrics cannot be served on 127.0.0.1:${port}: .*in use.*--metrics-port$`),
        ),
      ]);
      expect(stderr).not.toContain('    at ');
      expect(readUpFile(dataPaths(project.data))).toBeNull();
    } finally {
      other.close();
    }
  });
});
