import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { watchUntilChange } from '../../../src/activities/tracker/watch.js';
import { lookAtFile } from '../../../src/activities/tracker/file-look.js';
import { stampOf } from '../../../src/activities/tracker/reload.js';
import { workflowText } from '../../config/workflow-file.js';
import { until } from '../../support/engine.js';
import { untilCancelled } from '../../support/fake-ports.js';
import type { LiveProject } from './live-project.js';
import { useProject } from './live-project.js';
import { withWorld } from './world.js';

const withProject = useProject();

/** A file of which the tracker is looked at once a day: what happens sooner is due to the file. */
const daily = (slots = 10, prompt?: string) =>
  workflowText(
    {
      polling: '{ interval_ms: 86400000 }',
      agent: `{ kind: command, max_concurrent_agents: ${slots} }`,
    },
    prompt,
  );

const slotsOf = async ({ state }: LiveProject) => (await state()).config.view.agent.maxConcurrent;

/** How often the watch has told the project something. */
async function reports({ handle }: LiveProject): Promise<number> {
  const { events = [] } = await handle.fetchHistory();
  return events?.filter((event) => event.activityTaskCompletedEventAttributes).length ?? 0;
}

describe('a watched workflow file', () => {
  it('is in force soon after it was changed, however seldom the tracker is looked at (REL-01 to REL-04)', async () => {
    await withProject(async (project) => {
      await project.rewrite(daily(3));
      await until(async () => (await slotsOf(project)) === 3);
      await project.rewrite(daily(4));
      await until(async () => (await slotsOf(project)) === 4);
      expect(project.logged).toContain('info workflow file was changed');
    });
  });

  it('does not wait for a tracker that hangs', async () => {
    await withWorld(async ({ deps, config, nothingKnown, rewrite }) => {
      const watching = watchUntilChange(
        {
          seen: () => undefined,
          askKnown: () => Promise.resolve(nothingKnown()),
          look: () => new Promise(() => undefined),
          stamp: () => stampOf(config.file),
          lookAtFile: (known) => lookAtFile(deps, known),
        },
        new AbortController().signal,
      );
      await rewrite(daily(5));
      const poll = await watching;
      expect(poll).toMatchObject({ config: { view: { agent: { maxConcurrent: 5 } } }, problems: null });
      expect([poll.candidates, poll.changes, poll.unsettled, poll.closed]).toEqual([[], [], [], []]);
    });
  });

  it('costs no history when it is touched and says the same', async () => {
    await withProject(async (project) => {
      await project.rewrite(daily(3));
      await until(async () => (await slotsOf(project)) === 3);
      const before = await reports(project);
      for (let second = 1; second <= 3; second += 1) {
        await utimes(project.config.file, second, second);
        await sleep(700);
      }
      await project.rewrite(daily(4));
      await until(async () => (await slotsOf(project)) === 4);
      expect(await reports(project)).toBe(before + 1);
    });
  });

  it.each([
    ['deleted', (file: string) => rm(file), 'there is no such file; `continuo init` writes one'],
    [
      'replaced by a folder',
      async (file: string) => {
        await rm(file);
        await mkdir(file);
      },
      'this is a folder, not a workflow file',
    ],
    [
      'broken',
      (file: string) => writeFile(file, '---\ntracker: [\n---\n'),
      expect.stringMatching(/^line \d+: /),
    ],
  ])(
    'that is %s keeps the last good configuration, starts nothing, reconciles, and goes on when it is back (REL-06 to REL-09)',
    async (_, destroy, message) => {
      await withProject(async (project) => {
        const { repository, ports, state, task, config, logged, handle } = project;
        const text = workflowText({ polling: '{ interval_ms: 200 }' });
        await project.rewrite(text);
        ports.next('runTurn', () => untilCancelled());
        await repository.commit({ 'tasks/a.md': '' });
        await until(() => ports.inputs('runTurn').length === 1);
        const { hash } = (await state()).config;

        await destroy(config.file);
        await until(async () => (await state()).problems.length > 0);
        expect((await state()).problems).toEqual([{ where: 'WORKFLOW.md', message, stops: true }]);
        const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
        expect(metadata.currentDetails).toContain('Nothing new starts before the workflow file is mended.');
        // The issue of the one is over, and another one is there to be started.
        await repository.commit({ 'tasks/a.md': '---\nstate: Done\n---\n', 'tasks/b.md': '' });
        await until(async () => (await task('a').describe()).status.name !== 'RUNNING');
        await until(async () => Object.keys((await state()).tasks).length === 0);
        expect((await state()).config.hash).toBe(hash);
        expect((await state()).settled).not.toHaveProperty('b');

        await rm(config.file, { recursive: true, force: true });
        await project.rewrite(text);
        await until(async () => (await state()).settled.b?.outcome === 'done');
        expect((await state()).problems).toEqual([]);
        expect(logged).toContain('error workflow file cannot be used');
        expect(logged).toContain('info workflow file is in order again');
      });
    },
  );

  it('is no fault while somebody writes half of it ten times a second', async () => {
    await withProject(async (project) => {
      const text = daily(3);
      await project.rewrite(text);
      await until(async () => (await slotsOf(project)) === 3);
      const before = await reports(project);
      for (let times = 0; times < 30; times += 1) {
        await project.rewrite(text.slice(0, Math.floor(text.length / 2)));
        await sleep(50);
        await project.rewrite(text);
        await sleep(50);
      }
      await project.rewrite(daily(4));
      await until(async () => (await slotsOf(project)) === 4);
      expect(await reports(project)).toBe(before + 1);
      expect(project.logged).not.toContain('error workflow file cannot be used');
    });
  });

  it('that is never left alone is a fault until it is', async () => {
    await withProject(async (project) => {
      const { state, config } = project;
      const over = new AbortController();
      const writing = (async () => {
        for (let slots = 1; !over.signal.aborted; slots += 1) {
          // As an editor does it: never half of it.
          await writeFile(`${config.file}.draft`, daily(slots));
          await rename(`${config.file}.draft`, config.file);
          await sleep(100);
        }
      })();
      try {
        await until(async () => (await state()).problems.length > 0);
        expect((await state()).problems).toEqual([
          {
            where: 'WORKFLOW.md',
            message: 'it is written again and again; it is read when it was left alone for 250 ms',
            stops: true,
          },
        ]);
      } finally {
        over.abort();
        await writing;
      }
      await project.rewrite(daily(1_000));
      await until(async () => (await slotsOf(project)) === 1_000 && (await state()).problems.length === 0);
    });
  });

  it('with a broken prompt fails the attempts that use it, and goes on when it is mended (WF-11, WF-12, PRM-06)', async () => {
    await withProject(async (project) => {
      const { repository, ports, state } = project;
      await project.rewrite(daily(10, '{{ issue.title | shout }}'));
      await until(async () => (await state()).problems.length === 1);
      expect((await state()).problems[0]?.message).toContain('undefined filter: shout');
      await repository.commit({ 'tasks/a.md': '' });
      await project.handle.signal('refresh');
      await until(() => ports.inputs('runTurn').length > 0);
      await project.rewrite(daily(10));
      await until(async () => (await state()).problems.length === 0);
    });
  });
});
