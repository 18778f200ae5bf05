import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tracker } from '../../../src/activities/tracker/tracker.js';
import { refreshSignal } from '../../../src/workflows/messages.js';
import type { TurnOutcome } from '../../../src/workflows/ports.js';
import { until } from '../../support/engine.js';
import { failedTurn, untilCancelled } from '../../support/fake-ports.js';
import type { ProviderRecord } from '../../support/scripted-tracker/provider.js';
import { ScriptedProvider, token } from '../../support/scripted-tracker/provider.js';
import { createScriptedTracker } from '../../support/scripted-tracker/tracker.js';
import type { LiveProject } from './live-project.js';
import { useProject } from './live-project.js';

const withProject = useProject();

/** The id says nothing about the identifier, as with most trackers. */
const record = (key: string, changes: Partial<ProviderRecord> = {}): ProviderRecord => ({
  uid: `uid/${key.length}:${key}`,
  key,
  summary: `Do ${key}`,
  status: 'Todo',
  board: 'shop',
  ...changes,
});
const idOf = (key: string) => String(record(key).uid);

describe('a project whose tracker', () => {
  let provider: ScriptedProvider;
  let tracker: Tracker;
  beforeEach(async () => {
    provider = await ScriptedProvider.open();
    const { url } = provider;
    tracker = createScriptedTracker({ url, token, board: 'shop', terminalStates: ['Done', 'Cancelled'] });
  });
  afterEach(() => provider.close());

  const problemsOf = async ({ state }: LiveProject) =>
    (await state()).problems.map(({ where, message }) => `${where}: ${message}`);
  const runs = ({ ports }: LiveProject) => ports.inputs('runTurn').map(({ identifier }) => identifier);
  const isSettled = async ({ state }: LiveProject, key: string) =>
    (await state()).settled[idOf(key)] !== undefined;
  /** Some more requests, whatever they find; one that fails is not followed by many. */
  const moreRequests = async (count = 6) => {
    const { length } = provider.asked;
    await until(() => provider.asked.length >= length + count);
  };

  it('needs nothing written to it runs its issues to the end, by an id that is not their name (TRK-14, TRK-18)', async () => {
    await withProject(async (project) => {
      provider.put(record('SHOP-1'));
      await until(() => isSettled(project, 'SHOP-1'));
      expect(runs(project)).toEqual(['SHOP-1']);
      expect(project.ports.inputs('prepare')[0]?.issue).toMatchObject({
        id: idOf('SHOP-1'),
        native_ref: { uid: idOf('SHOP-1') },
      });
    }, tracker);
  });

  it('is down goes on with what runs, starts nothing, says so, and goes on when it is back (REC-06, TRK-17)', async () => {
    await withProject(async (project) => {
      project.ports.next('runTurn', () => untilCancelled());
      provider.put(record('SHOP-1'));
      await until(() => runs(project).length === 1);

      provider.always({ kind: 'cut' });
      provider.put(record('SHOP-2'), record('SHOP-1', { status: 'Cancelled' }));
      await until(async () => (await problemsOf(project)).length === 1);
      expect(await problemsOf(project)).toEqual([`tracker: ${provider.url} cannot be reached`]);
      await moreRequests(2);
      expect(runs(project)).toEqual(['SHOP-1']);
      expect((await project.task('SHOP-1').describe()).status.name).toBe('RUNNING');

      provider.always(null);
      await until(() => isSettled(project, 'SHOP-2'));
      await until(async () => Object.keys((await project.state()).tasks).length === 0);
      expect(runs(project)).toEqual(['SHOP-1', 'SHOP-2']);
      expect(await problemsOf(project)).toEqual([]);
      expect(project.logged).toContain('info tracker can be read again');
    }, tracker);
  });

  it('is asked too often is left alone for as long as it says, and the problem says until when', async () => {
    await withProject(async (project) => {
      await until(() => provider.asked.length > 0);
      provider.always({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
      await until(async () => (await problemsOf(project)).length === 1);
      expect(await problemsOf(project)).toEqual([
        expect.stringMatching(/^tracker: http\S+ was asked too often; it is asked again at 20\d\d-.*Z$/),
      ]);
      const { length } = provider.asked;
      for (let times = 0; times < 3; times += 1) {
        const { historyLength } = await project.handle.describe();
        await project.handle.signal(refreshSignal);
        await until(async () => (await project.handle.describe()).historyLength > historyLength);
      }
      await until(async () => (await project.handle.describe()).raw.pendingActivities?.length === 1);
      expect(provider.asked.length).toBe(length);
    }, tracker);
  });

  it('goes on by itself after the pause that it asked for', async () => {
    await withProject(async (project) => {
      await until(() => provider.asked.length > 0);
      provider.meet({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
      provider.put(record('SHOP-1'));
      await until(() => isSettled(project, 'SHOP-1'));
      expect(project.logged).toEqual(['warn tracker cannot be read', 'info tracker can be read again']);
    }, tracker);
  });

  it('sends pages that are none stops nothing and starts nothing', async () => {
    await withProject(async (project) => {
      project.ports.next('runTurn', () => untilCancelled());
      provider.put(record('SHOP-1'));
      await until(() => runs(project).length === 1);
      provider.always({ kind: 'text', text: '{"records": [' });
      await until(async () => (await problemsOf(project)).length === 1);
      expect((await problemsOf(project))[0]).toContain('something else than a page of records');
      await moreRequests(2);
      expect((await project.task('SHOP-1').describe()).status.name).toBe('RUNNING');
    }, tracker);
  });

  it('sends records that are none leaves their tasks as they are, and names them', async () => {
    await withProject(async (project) => {
      project.ports.next('runTurn', () => untilCancelled());
      provider.put(record('SHOP-1'));
      await until(() => runs(project).length === 1);
      provider.put(record('SHOP-1', { summary: 7 }), record('SHOP-2'));
      await until(() => isSettled(project, 'SHOP-2'));
      await moreRequests();
      expect((await problemsOf(project))[0]).toContain('SHOP-1: summary: found');
      expect((await project.task('SHOP-1').describe()).status.name).toBe('RUNNING');
    }, tracker);
  });

  it('is slow runs an issue once, also when it is asked by several at once (ORC-06)', async () => {
    await withProject(async (project) => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      provider.always({ kind: 'held', until: gate });
      provider.put(record('SHOP-1'));
      await until(() => provider.asked.length > 0);
      const { length } = provider.asked;
      await project.handle.signal(refreshSignal);
      await until(() => provider.asked.length > length);
      release();
      await until(() => isSettled(project, 'SHOP-1'));
      await moreRequests();
      expect(runs(project)).toEqual(['SHOP-1']);
    }, tracker);
  });

  it('lists an issue whose agent has stalled leaves it to its retry (ORC-03, REC-02)', async () => {
    await withProject(async (project) => {
      project.ports.usually(
        'runTurn',
        () => ({ ...failedTurn('silent'), category: 'stalled' }) as TurnOutcome,
      );
      provider.put(record('SHOP-1'));
      await until(() => runs(project).length === 1);
      await moreRequests();
      expect(runs(project)).toEqual(['SHOP-1']);
      expect(Object.keys((await project.state()).tasks)).toEqual([idOf('SHOP-1')]);
    }, tracker);
  });

  it('still lists an issue that is finished starts nothing, and does not try again (DSP-09)', async () => {
    await withProject(async (project) => {
      provider.always({
        kind: 'lie',
        tell: (records, { uids }) => (uids === null ? [record('SHOP-1')] : records),
      });
      provider.put(record('SHOP-1', { status: 'Cancelled' }));
      await until(() => isSettled(project, 'SHOP-1'));
      await moreRequests();
      const folder = join(project.deps.paths.ledger, 'shop');
      const [file = '', ...others] = await readdir(folder);
      expect(others).toEqual([]);
      expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toMatchObject({ outcome: 'cancelled' });
      expect(runs(project)).toEqual([]);
    }, tracker);
  });

  it('fails at the very claim begins the work when it is back', async () => {
    await withProject(async (project) => {
      provider.always({
        kind: 'lie',
        tell: (records, { uids }) => {
          // The first list is answered; what is asked after it is not.
          if (uids === null && records.length > 0) provider.always({ kind: 'cut' });
          return records;
        },
      });
      provider.put(record('SHOP-1'));
      await until(async () => (await problemsOf(project)).length === 1);
      expect(runs(project)).toEqual([]);
      provider.always(null);
      await until(() => isSettled(project, 'SHOP-1'));
      expect(runs(project)).toEqual(['SHOP-1']);
    }, tracker);
  });
});
