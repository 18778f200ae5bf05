import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runDirectory, writeWorkspaceRecord } from '../../../src/activities/git/run-directory.js';
import { workflowText } from '../../config/workflow-file.js';
import { until } from '../../support/engine.js';
import { untilCancelled } from '../../support/fake-ports.js';
import { useProject } from './live-project.js';

const withProject = useProject();

describe('the tracker activities under a real project', () => {
  it('start a task that is committed, once, and again when it was edited; each run is in the ledger', async () => {
    await withProject(async ({ repository, ports, state, deps }) => {
      await repository.commit({ 'tasks/fix-login.md': '# Fix the login\n' });
      const runs = () => ports.inputs('runTurn').length;
      await until(async () => (await state()).settled['fix-login']?.outcome === 'done');
      expect(runs()).toBe(1);
      expect(ports.inputs('prepare')[0]?.issue).toMatchObject({
        title: 'Fix the login',
        description: '# Fix the login',
      });

      // The file still says Todo, as a tracker that lags behind does.
      await repository.commit({ 'tasks/other.md': '' });
      await until(async () => (await state()).settled.other !== undefined);
      expect(runs()).toBe(2);

      await repository.commit({ 'tasks/fix-login.md': '# Fix the login well\n' });
      await until(() => runs() === 3);
      const folder = join(deps.paths.ledger, 'shop');
      await until(async () => (await readdir(folder)).length === 3);
      const files = await readdir(folder);
      const records = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
      const titles = records.map((text) => (JSON.parse(text) as { title: string }).title).sort();
      expect(titles).toEqual(['Fix the login', 'Fix the login well', 'Other']);
    });
  });

  it('report a broken workflow file and a broken task, start nothing meanwhile, and go on when they are mended (REL-01, REL-07, REL-09, WF-12)', async () => {
    await withProject(async ({ repository, ports, state, rewrite }) => {
      await rewrite(workflowText({ land: '{ mode: x }' }));
      await until(async () => (await state()).problems.length === 1);
      await repository.commit({ 'tasks/a.md': '---\ntitle: [1]\n---\n', 'tasks/b.md': '' });
      const messages = async () =>
        (await state()).problems.map(({ where, message }) => `${where}: ${message}`);
      // Between writing and committing the files are reported as not committed.
      await until(async () =>
        (await messages()).includes('tasks/a.md: title: found a list, allowed: a text'),
      );
      expect(await messages()).toContain(
        'WORKFLOW.md: land.mode: found "x", allowed: merge, pull_request, none',
      );
      expect(ports.inputs('runTurn')).toEqual([]);

      await rewrite(
        workflowText({
          polling: '{ interval_ms: 50 }',
          agent: '{ kind: command, max_concurrent_agents: 1 }',
        }),
      );
      await until(async () => (await state()).settled.b !== undefined);
      expect((await state()).config.view.agent.maxConcurrent).toBe(1);
      await repository.commit({ 'tasks/a.md': '' });
      await until(
        async () => (await state()).problems.length === 0 && (await state()).settled.a !== undefined,
      );
    });
  });

  it('let the schedules follow the file, and start their tasks from it', async () => {
    await withProject(async ({ client, ports, state, rewrite, config }) => {
      const polling = '{ interval_ms: 50 }';
      const id = 'schedule/shop/tidy';
      const isThere = () =>
        client.schedule
          .getHandle(id)
          .describe()
          .then(
            () => true,
            () => false,
          );
      await rewrite(
        workflowText({ polling, schedules: '[{ name: tidy, cron: "@yearly", prompt: Tidy the docs }]' }),
      );
      await until(isThere);
      await until(async () => (await state()).config.hash !== config.hash);
      await client.schedule.getHandle(id).trigger();
      await until(() => ports.inputs('runTurn').length === 1);
      expect(ports.inputs('prepare')[0]?.issue).toMatchObject({
        title: 'Tidy the docs',
        description: 'Tidy the docs',
      });
      await rewrite(workflowText({ polling }));
      await until(async () => !(await isThere()));
      expect((await state()).problems).toEqual([]);
    });
  });

  it('start a task when those that it waits for have landed, and report a circle by its tasks', async () => {
    await withProject(async ({ repository, ports, state }) => {
      const waitsFor = (name: string) => `---\nblocked_by: [${name}]\n---\n`;
      await repository.commit({
        'tasks/a.md': waitsFor('b'),
        'tasks/b.md': '',
        'tasks/x.md': waitsFor('y'),
        'tasks/y.md': waitsFor('x'),
        'tasks/z.md': waitsFor('nobody'),
      });
      const runs = () => ports.inputs('runTurn').map(({ identifier }) => identifier);
      await until(async () => (await state()).settled.b?.outcome === 'done');
      expect(runs()).toEqual(['b']);
      expect((await state()).problems.map(({ where, message }) => `${where}: ${message}`)).toEqual([
        expect.stringContaining('tasks/x.md: blocked_by: found a circle, x -> y -> x,'),
        expect.stringContaining('tasks/y.md: blocked_by: found a circle, y -> x -> y,'),
        expect.stringContaining('tasks/z.md: blocked_by: found "nobody",'),
      ]);

      // As the commit does that lands it.
      await repository.commit({ 'tasks/b.md': '---\nstate: Done\n---\n' });
      await until(async () => (await state()).settled.a?.outcome === 'done');
      expect(runs()).toEqual(['b', 'a']);
    });
  });

  it('stop a task whose issue is finished elsewhere (REC-03)', async () => {
    await withProject(async ({ repository, ports, state, task }) => {
      ports.next('runTurn', () => untilCancelled());
      await repository.commit({ 'tasks/a.md': '' });
      await until(() => ports.inputs('runTurn').length === 1);
      await repository.commit({ 'tasks/a.md': '---\nstate: Cancelled\n---\n' });
      await until(async () => (await task('a').describe()).status.name !== 'RUNNING');
      await until(async () => Object.keys((await state()).tasks).length === 0);
    });
  });

  it('free the slot of a task that was terminated from outside, and do not start it again', async () => {
    await withProject(async ({ repository, ports, state, task }) => {
      ports.next('runTurn', () => untilCancelled());
      await repository.commit({ 'tasks/a.md': '' });
      await until(() => ports.inputs('runTurn').length === 1);
      await task('a').terminate('by hand');
      await until(async () => (await state()).settled.a !== undefined);
      expect((await state()).tasks).toEqual({});
      expect(ports.inputs('runTurn')).toHaveLength(1);
    });
  });

  it('do not start what was finished between the list and the claim', async () => {
    await withProject(async ({ repository, ports, deps, state }) => {
      const { configs } = deps;
      const get = configs.get.bind(configs);
      let finished: Promise<void> | null = null;
      // A claim reads the configuration first; by then the issue is finished.
      configs.get = async (hash) => {
        if (finished === null && 'a' in (await state()).tasks) {
          finished ??= repository.commit({ 'tasks/a.md': '---\nstate: Cancelled\n---\n' });
        }
        await finished;
        return get(hash);
      };
      await repository.commit({ 'tasks/a.md': '' });
      const folder = join(deps.paths.ledger, 'shop');
      // Not the draft that it is written from.
      const records = async () =>
        (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
      await until(async () => (await records()).length === 1);
      const [file = ''] = await records();
      expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toMatchObject({ outcome: 'cancelled' });
      expect(ports.inputs('runTurn')).toEqual([]);
    });
  });

  it('clear away what is left of closed issues when the project is brought up, and nothing else (REC-09, ORC-10)', async () => {
    await withProject(async ({ repository, configure, deps, config, task, ports }) => {
      const { paths } = deps;
      const made = async (identifier: string) => {
        const path = join(config.workspace.root, identifier);
        const runPath = runDirectory(paths, 'shop', identifier);
        for (const folder of [path, runPath]) await mkdir(folder, { recursive: true });
        await writeWorkspaceRecord(runPath, {
          project: 'shop',
          identifier,
          path,
          state: 'ready',
          baseSha: '',
        });
        return path;
      };
      const [over, open, strange] = await Promise.all(['over', 'open', 'strange'].map(made));
      await rm(join(runDirectory(paths, 'shop', 'strange'), 'workspace.json'));
      ports.next('runTurn', () => untilCancelled());
      await repository.commit({
        'tasks/over.md': '---\nstate: Done\n---\n',
        'tasks/open.md': '',
        'tasks/strange.md': '---\nstate: Cancelled\n---\n',
        // Its workspace is gone.
        'tasks/gone.md': '---\nstate: Done\n---\n',
      });
      await configure();
      await until(() => !existsSync(over!));
      await until(() => ports.inputs('runTurn').length === 1);
      expect([existsSync(open!), existsSync(strange!)]).toEqual([true, true]);
      expect((await task('open').describe()).status.name).toBe('RUNNING');
    });
  });

  it('go on when closed issues cannot be listed (TRK-17)', async () => {
    await withProject(async ({ repository, configure, logged, state }) => {
      await repository.commit({ 'tasks/a.md': '---\nstate: Done\n---\n' });
      await repository.disconnect();
      await configure();
      await until(() => logged.some((line) => line.includes('workspaces of closed issues')));
      await repository.reconnect();
      await repository.commit({ 'tasks/b.md': '' });
      await until(async () => (await state()).settled.b !== undefined);
    });
  });
});
