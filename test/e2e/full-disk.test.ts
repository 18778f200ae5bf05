import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import {
  expectLandedOnce,
  expectNothingLeft,
  notingAgent,
  starts,
  toldOfInterruption,
  until,
} from './agent.js';

const disk = mountDisk();
const title = 'loses nothing when the disk of the data directory is full for a while';

if (disk === null) {
  it.skip(`${title} (a small disk can only be made by root)`, () => undefined);
} else {
  it(
    title,
    async () => {
      const project = new LiveProject({
        workflow: notingAgent(`${until('go')}; echo "$CONTINUO_TASK" >> ../../checks`),
        tasks: { one: 'Write a file.' },
        data: disk,
      });
      try {
        await project.start();
        await project.until('the agent is at work', () => starts(project, 'one') === 1);
        fill(join(disk, 'filler'));
        writeFileSync(join(project.folder, 'go'), '');
        await project.until('the agent is done', () => project.notes('checks').length === 1);
        await project.kill('worker');
        rmSync(join(disk, 'filler'));

        await project.start();
        await expectLandedOnce(project, ['one']);
        expect(toldOfInterruption(project, 'one')).toEqual([false]);
        await expectNothingLeft(project);
      } finally {
        await project.close();
        execFileSync('umount', [disk]);
        rmSync(disk, { recursive: true });
      }
    },
    240_000,
  );
}

/** A disk of its own for the data directory; null where none can be made. */
function mountDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  const some = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, some);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}
