import { writeFileSync } from 'node:fs';
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

it('goes on with agents and checks through deploys, and beside a second worker that is refused', async () => {
  const project = new LiveProject({
    workflow: (folder) => `${notingAgent(until('go-agent'))}
verify:
  checks:
    - name: slow
      run: |
        echo checked >> ${join(folder, 'checks')}
        until [ -e ${join(folder, 'go-check')} ]; do sleep 0.1; done
        ls one.txt
`,
    tasks: { one: 'Write a file.' },
  });
  const attended = () => project.until('a worker attends', () => project.isAttended());
  try {
    await project.start();
    await project.until('the agent is at work', () => starts(project, 'one') === 1);

    const second = project.run('up');
    expect([second.code, second.stderr]).toEqual([4, expect.stringContaining(`process ${project.upPid}`)]);
    expect(await project.isAttended()).toBe(true);

    expect(await project.stop()).toContain('1 agent goes on without a worker');
    expect(await project.programs()).toMatchObject([{ attached: false }]);
    await project.start();
    await attended();

    writeFileSync(join(project.folder, 'go-agent'), '');
    await project.until('the check is at work', () => project.notes('checks').length === 1);
    expect(await project.stop()).toContain('1 check goes on without a worker');
    await project.start();
    await attended();
    expect(project.notes('checks')).toEqual(['checked']);
    writeFileSync(join(project.folder, 'go-check'), '');

    await expectLandedOnce(project, ['one']);
    expect(toldOfInterruption(project, 'one')).toEqual([false]);
    // Once for the work, once for the commit that landed.
    expect(project.notes('checks')).toEqual(['checked', 'checked']);
    await expectNothingLeft(project);
  } finally {
    await project.close();
  }
}, 240_000);
