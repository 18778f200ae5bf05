import { describe, expect, it } from '@jest/globals';
import { cacheDirectory, dataDirectory } from '../../src/config/paths.js';
import { workflowQueue } from '../../src/config/temporal.js';
import { activityQueue } from '../../src/domain/queue.js';

describe('where a host keeps its things', () => {
  it.each([
    [{ CONTINUO_DATA: '/data', HOME: '/h' }, '/data'],
    [{ XDG_STATE_HOME: '/state', HOME: '/h' }, '/state/continuo/shop'],
    [{ CONTINUO_DATA: '', XDG_STATE_HOME: '', HOME: '/h' }, '/h/.local/state/continuo/shop'],
  ])('%j has its data in %s', (env, expected) => {
    expect(dataDirectory('shop', env)).toBe(expected);
  });

  it.each([
    [{ CONTINUO_CACHE: '/cache', HOME: '/h' }, '/cache'],
    [{ XDG_CACHE_HOME: '/xdg', HOME: '/h' }, '/xdg/continuo'],
    [{ HOME: '/h' }, '/h/.cache/continuo'],
  ])('%j has its cache in %s', (env, expected) => {
    expect(cacheDirectory(env)).toBe(expected);
  });
});

describe('task queues', () => {
  it('are named by the environment, the project and the host', () => {
    expect(workflowQueue({})).toBe('continuo');
    expect(workflowQueue({ CONTINUO_QUEUE: 'mine' })).toBe('mine');
    expect(activityQueue('mine', 'shop', 'build-1')).toBe('mine/shop@build-1');
  });
});
