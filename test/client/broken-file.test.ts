import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';
import { dataPaths } from '../../src/config/paths.js';
import { openConfigStore } from '../../src/config/store.js';
import { problemsQuery } from '../../src/workflows/messages.js';
import { until } from '../support/engine.js';
import { FakePorts, quietPoll } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

describe('the command line beside a broken workflow file', () => {
  let lab: Lab;
  let file: string;
  let text: string;
  const ports = new FakePorts();

  beforeAll(async () => {
    lab = await openLab();
    file = join(lab.folder, 'WORKFLOW.md');
    text = await readFile(file, 'utf8');
    ports.next('watch', {
      ...quietPoll,
      problems: [{ where: 'WORKFLOW.md', message: 'line 3: it is broken', stops: true }],
    });
    await lab.startWorkers(() => ports);
    await lab.startProject();
  });
  afterAll(() => lab.close());
  afterEach(() => writeFile(file, text));

  /** What `up` leaves when it has read the file. */
  const putInForce = async () => {
    const store = openConfigStore(dataPaths(join(lab.folder, 'data')), {});
    await store.put(await loadConfig(file, {}));
  };

  it('says in the list what the project says: nothing new starts, and why (REL-07)', async () => {
    const project = lab.env.client.workflow.getHandle('project/shop');
    await until(async () => (await project.query(problemsQuery)).length === 1);
    const { exitCode, stdout, stderr } = await lab.cli(['list', '--json']);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, []]);
    expect(stderr).toBe(
      'Project shop starts nothing new before this is mended:\n  WORKFLOW.md: line 3: it is broken\n',
    );
  });

  it('refuses a file that was never in force', async () => {
    await writeFile(file, '---\ntracker: [\n---\n');
    const { exitCode, stdout, stderr } = await lab.cli(['list']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^continuo: WORKFLOW\.md: line \d+: /);
  });

  it('works on with the configuration that is in force, and says so once', async () => {
    await putInForce();
    await lab.cli(['start', 'Write a note', '--id', 'note']);
    await lab.until('note', () => true);
    await writeFile(file, text.replace('kind: file', 'kind: paper'));
    for (const args of [['list'], ['status', 'note'], ['pause', 'note']]) {
      const { exitCode, stdout, stderr } = await lab.cli(args);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('note')]);
      expect(stderr).toBe(
        'WORKFLOW.md: tracker.kind: found "paper", allowed: file, github\n' +
          'Nothing new starts in project shop before that is mended.\n',
      );
    }
    await rm(file);
    const { exitCode, stderr } = await lab.cli(['list']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('there is no WORKFLOW.md here')]);
  });

  it('does not take the file of another project for its own', async () => {
    await putInForce();
    const other = join(lab.folder, 'OTHER.md');
    await writeFile(other, '---\n[\n');
    expect((await lab.cli(['list', '--workflow', other])).exitCode).toBe(2);
  });
});
