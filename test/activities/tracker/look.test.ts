import { describe, expect, it } from '@jest/globals';
import { createLook } from '../../../src/activities/tracker/look.js';
import type { WorkflowState } from '../../../src/activities/tracker/look.js';
import { openTracker } from '../../../src/activities/tracker/registry.js';
import { summarizeIssue } from '../../../src/domain/issue.js';
import type { KnownTask } from '../../../src/domain/project.js';
import { workflowText } from '../../config/workflow-file.js';
import { testIssue } from '../../support/fake-ports.js';
import type { World } from './world.js';
import { withWorld } from './world.js';

function lookOf({ deps }: World, workflowState: () => WorkflowState = () => 'open') {
  return createLook({
    ...deps,
    openTracker: (config) => openTracker(config, deps),
    workflowState: () => Promise.resolve(workflowState()),
    keepSchedules: () => Promise.resolve([]),
  });
}

function task(id: string, slot: KnownTask['slot'] = 'held'): KnownTask {
  return {
    issue: summarizeIssue(testIssue({ id, identifier: id })),
    slot,
    fingerprint: null,
    observed: null,
  };
}

describe('a look at the workflow file', () => {
  it('finds nothing new in a file that stayed as it was', async () => {
    await withWorld(async (world) => {
      const { observation, intervalMs } = await lookOf(world)(world.nothingKnown());
      expect(observation).toMatchObject({ dispatching: true, problems: [], active: [], refreshed: [] });
      expect(observation.config.hash).toBe(world.config.hash);
      expect(intervalMs).toBe(50);
    });
  });

  it('brings a changed file into force, stored (REL-02, REL-03)', async () => {
    await withWorld(async (world) => {
      await world.rewrite(
        workflowText({
          polling: '{ interval_ms: 70 }',
          agent: '{ kind: command, max_concurrent_agents: 1 }',
        }),
      );
      const { observation, intervalMs } = await lookOf(world)(world.nothingKnown());
      expect(observation.config.hash).not.toBe(world.config.hash);
      expect(observation.config.view.agent.maxConcurrent).toBe(1);
      expect(intervalMs).toBe(70);
      expect((await world.deps.configs.get(observation.config.hash)).agent.max_concurrent_agents).toBe(1);
    });
  });

  it('keeps the last good one while the file is broken, and starts nothing (REL-07, REL-09)', async () => {
    await withWorld(async (world) => {
      await world.repository.commit({ 'tasks/a.md': '' });
      const look = lookOf(world);
      await world.rewrite(workflowText({ agent: '{ kind: command, max_turns: many }', land: '{ mode: x }' }));
      const { observation } = await look(world.nothingKnown());
      expect(observation.config.hash).toBe(world.config.hash);
      expect(observation.dispatching).toBe(false);
      expect(observation.active).toHaveLength(1);
      expect(observation.problems).toMatchObject([
        { message: 'agent.max_turns: found "many", allowed: a whole number above 0' },
        { message: 'land.mode: found "x", allowed: merge, pull_request, none' },
      ]);
      expect(observation.problems).toMatchObject([
        { where: 'WORKFLOW.md', stops: true },
        { where: 'WORKFLOW.md', stops: true },
      ]);
      expect(world.logged).toEqual(['error workflow file cannot be used']);

      await world.rewrite('---\na: [\n---\n');
      expect((await look(world.nothingKnown())).observation.problems).toMatchObject([
        { where: 'WORKFLOW.md', message: expect.stringMatching(/^line \d+: /) },
      ]);

      await world.rewrite(workflowText());
      expect((await look(world.nothingKnown())).observation).toMatchObject({
        dispatching: true,
        problems: [],
      });
    });
  });

  it('takes a file whose prompt is broken, and says so (WF-12)', async () => {
    await withWorld(async (world) => {
      await world.rewrite(workflowText({}, '{{ issue.title | shout }}'));
      const { observation } = await lookOf(world)(world.nothingKnown());
      expect(observation.config.hash).not.toBe(world.config.hash);
      expect(observation.dispatching).toBe(true);
      expect(observation.problems).toEqual([
        {
          where: 'WORKFLOW.md',
          message: 'line 10: the prompt template is broken, and fails every attempt: undefined filter: shout',
        },
      ]);
      expect(world.logged).toContain('warn workflow file is not in order');
    });
  });

  it('does not follow a project that changes its name', async () => {
    await withWorld(async (world) => {
      await world.rewrite(workflowText({ project: '{ name: other }' }));
      const { observation } = await lookOf(world)(world.nothingKnown());
      expect(observation.config.hash).toBe(world.config.hash);
      expect(observation.dispatching).toBe(false);
      expect(observation.problems).toEqual([
        {
          stops: true,
          where: 'WORKFLOW.md',
          message: 'the project is now called other; restart the worker to go on under this name',
        },
      ]);
    });
  });
});

describe('a look at the tracker', () => {
  it('says what cannot be read, stops nothing, and logs it once (REC-06, TRK-17)', async () => {
    await withWorld(async (world) => {
      const look = lookOf(world);
      const broken = { where: 'tasks/a.md', message: 'broken' };
      const known = world.nothingKnown({
        tasks: { b: task('b') },
        problems: [broken, { where: 'tracker', message: 'old' }],
      });
      await world.repository.disconnect();
      const { observation } = await look(known);
      await look(known);
      expect(observation).toMatchObject({
        active: null,
        refreshed: null,
        problems: [{ where: 'tracker', message: expect.stringContaining(world.repository.folder) }, broken],
      });
      expect(world.logged).toEqual(['warn tracker cannot be read']);

      await world.repository.reconnect();
      expect((await look(known)).observation).toMatchObject({ active: [], refreshed: [], problems: [] });
      expect(world.logged).toEqual(['warn tracker cannot be read', 'info tracker can be read again']);
    });
  });

  it('does not log again what the project knows: each watch makes a new look', async () => {
    await withWorld(async (world) => {
      await world.repository.disconnect();
      const { problems } = (await lookOf(world)(world.nothingKnown())).observation;
      await lookOf(world)(world.nothingKnown({ problems }));
      expect(world.logged).toEqual(['warn tracker cannot be read']);
      await lookOf(world)(world.nothingKnown({ problems: [{ where: 'tracker', message: 'another one' }] }));
      expect(world.logged).toHaveLength(2);
    });
  });

  it('refreshes the other tasks when the files of some are broken, and names these (TRK-10)', async () => {
    await withWorld(async (world) => {
      const broken = '---\ntitle: [1]\n---\n';
      await world.repository.commit({
        'tasks/a.md': broken,
        'tasks/b.md': broken,
        'tasks/c.md': '---\nstate: Done\n---\n',
      });
      const tasks = { a: task('a'), b: task('b'), c: task('c'), gone: task('gone') };
      const { observation } = await lookOf(world)(world.nothingKnown({ tasks }));
      expect(observation.malformed).toEqual(['a', 'b']);
      expect(observation.refreshed?.map(({ issue }) => [issue.id, issue.state])).toEqual([['c', 'Done']]);
      expect(observation.problems.map(({ where }) => where)).toEqual(['tasks/a.md', 'tasks/b.md']);
      expect(world.logged).toEqual(['warn issue cannot be used', 'warn issue cannot be used']);
    });
  });

  it('reports a bounded number of problems', async () => {
    await withWorld(async (world) => {
      const files = Array.from({ length: 60 }, (_, index) => [`tasks/t${index}.md`, '---\n'] as const);
      await world.repository.commit(Object.fromEntries(files));
      const { problems } = (await lookOf(world)(world.nothingKnown())).observation;
      expect(problems).toHaveLength(51);
      expect(problems.at(-1)).toEqual({ where: 'tracker', message: 'and 10 more problems' });
    });
  });

  it('gives a new fingerprint to an edited issue, and none for a new state', async () => {
    await withWorld(async (world) => {
      const look = lookOf(world);
      const printOf = async (text: string) => {
        await world.repository.commit({ 'tasks/a.md': text });
        return (await look(world.nothingKnown())).observation.active?.[0]?.fingerprint;
      };
      const first = await printOf('---\nstate: Todo\n---\nDo it');
      expect(await printOf('---\nstate: In Progress\n---\nDo it\n')).toBe(first);
      const others = [
        'Do it well',
        '---\npriority: 1\n---\nDo it',
        '---\nlabels: [x]\n---\nDo it',
        '---\ntitle: x\n---\nDo it',
      ];
      for (const text of others) expect(await printOf(text)).not.toBe(first);
    });
  });
});

describe('a look at the tasks that hold a slot', () => {
  it('finds those whose workflow is closed', async () => {
    await withWorld(async (world) => {
      const known = world.nothingKnown({
        tasks: { a: task('a'), b: task('b', 'asked'), c: task('c', 'none') },
      });
      expect((await lookOf(world, () => 'closed')(known)).observation.closed).toEqual(['a']);
      expect((await lookOf(world)(known)).observation.closed).toEqual([]);
    });
  });

  it('finds those that were ended while they waited, at every tenth look', async () => {
    await withWorld(async (world) => {
      const known = world.nothingKnown({ tasks: { waiting: task('waiting', 'none') } });
      const look = lookOf(world, () => 'closed');
      const closed: string[][] = [];
      for (let times = 0; times < 10; times += 1) closed.push((await look(known)).observation.closed);
      expect(closed.flat()).toEqual(['waiting']);
    });
  });

  it('takes a workflow that does not exist for closed at the second look only', async () => {
    await withWorld(async (world) => {
      const known = world.nothingKnown({ tasks: { a: task('a') } });
      const states: WorkflowState[] = ['missing', 'open', 'missing', 'missing'];
      const look = lookOf(world, () => states.shift() ?? 'open');
      const closed: string[][] = [];
      for (let times = 0; times < 4; times += 1) closed.push((await look(known)).observation.closed);
      expect(closed).toEqual([[], [], [], ['a']]);
    });
  });
});
