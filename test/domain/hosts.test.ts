import { describe, expect, it } from '@jest/globals';
import type { Fleet, HostState } from '../../src/domain/hosts.js';
import { joined, kindOf, leavingOf, openSeats, otherThan, usableHosts } from '../../src/domain/hosts.js';
import { testConfig } from '../support/fake-ports.js';

const since = '2026-01-01T00:00:00.000Z';

function fleet(hosts: Record<string, Partial<HostState>>, limit?: number, tasks: Fleet['tasks'] = {}): Fleet {
  const config = testConfig();
  config.view.agent = { ...config.view.agent, ...(limit !== undefined && { maxConcurrentPerHost: limit }) };
  const states = Object.entries(hosts).map(([id, state]) => [id, { ...joined('hash', since), ...state }]);
  return { host: 'a', config, tasks, hosts: Object.fromEntries(states) as Fleet['hosts'] };
}

const held = (host: string) => ({ slot: 'held' as const, host });

describe('the hosts of a project', () => {
  it('are down, drained, outdated or up, in this order', () => {
    const drained = { by: 'ann', at: since };
    const all = fleet({
      a: { config: 'newer' },
      b: { config: 'older' },
      c: { drained },
      d: { answers: false, drained },
    });
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => kindOf(all, id))).toEqual([
      'up',
      'outdated',
      'drained',
      'down',
      null,
    ]);
    expect(usableHosts(all)).toEqual(['a']);
    expect(leavingOf(all, 'b')).toBeNull();
    expect(otherThan(all, 'a')).toBeNull();
    expect(otherThan(all, 'd')).toBe('a');
  });

  it('are the owner alone before any has joined', () => {
    const seats = openSeats(fleet({}, 1));
    expect([seats.take(), seats.take(), seats.left()]).toEqual(['a', null, 0]);
  });

  it('get a new task where the fewest agents are, ties by id, and none beyond the limit (SSH-01)', () => {
    const seats = openSeats(fleet({ b: {}, a: {} }, 2, { one: held('a') }));
    expect(seats.left()).toBe(3);
    expect([seats.take(), seats.take(), seats.take(), seats.take()]).toEqual(['b', 'a', 'b', null]);
  });

  it('keep a task with a workspace, also when it has to wait there (SSH-03, SSH-04)', () => {
    const seats = openSeats(fleet({ a: {}, b: {}, c: { config: 'older' } }, 1, { one: held('b') }));
    expect(seats.find('b')).toBeNull();
    expect(seats.find('c')).toBeNull();
    expect(seats.find('a')).toBe('a');
  });

  it('lose a task when they are down or drained and another one has room', () => {
    expect(openSeats(fleet({ a: {}, b: { answers: false } })).find('b')).toBe('a');
    expect(openSeats(fleet({ a: { answers: false }, b: { answers: false } })).find('b')).toBeNull();
  });
});
