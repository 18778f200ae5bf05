import type { ConfigRef } from './config-view.js';
import type { SlotState } from './task.js';

/** What a project knows of one of its hosts; plain JSON. */
export interface HostState {
  /** Whether its worker takes work up. */
  answers: boolean;
  /** The hash of the configuration that it has; null while its workflow file cannot be used. */
  config: string | null;
  /** Why its workflow file cannot be used. */
  problem: string | null;
  /** Since when all of this is so, RFC 3339. */
  since: string;
  /** Who wants no more work there. */
  drained: { by: string; at: string } | null;
}

/** `outdated`: its workflow file is not the one that the project goes by. Only a host that is `up` gets new work. */
export type HostKind = 'up' | 'down' | 'outdated' | 'drained';

/** Why tasks have to leave a host. */
export type Leaving = Extract<HostKind, 'down' | 'drained'>;

/** The hosts of a project, with what decides where a task runs. */
export interface Fleet {
  /** The one that watches the tracker, by whose workflow file the project goes. */
  host: string;
  /** By id; none in the state of an earlier version, which has that one alone. */
  hosts: Record<string, HostState>;
  config: ConfigRef;
  tasks: Record<string, { slot: SlotState; host?: string | null }>;
}

export function joined(config: string, since: string): HostState {
  return { answers: true, config, problem: null, since, drained: null };
}

/** Null for a host that never joined. */
export function kindOf({ host, hosts, config }: Omit<Fleet, 'tasks'>, id: string): HostKind | null {
  const state = hosts[id];
  if (state === undefined) return null;
  if (!state.answers) return 'down';
  if (state.drained !== null) return 'drained';
  // The project goes by the file of this one: what differs is news that is under way.
  return id === host || state.config === config.hash ? 'up' : 'outdated';
}

/** The hosts that get new work, in the order of their ids. */
export function usableHosts(fleet: Omit<Fleet, 'tasks'>): string[] {
  const ids = Object.keys(fleet.hosts).sort();
  return ids.length === 0 ? [fleet.host] : ids.filter((id) => kindOf(fleet, id) === 'up');
}

/** Places for agents on hosts, as they are given out one by one. */
export interface Seats {
  /**
   * The host where a task runs next, or null where none has room. A task with a workspace stays at that one's host,
   * unless it has to leave it; any other gets the host with the fewest agents, and of these the first by id.
   */
  find(home?: string | null): string | null;
  /** The same, and that place is taken. */
  take(home?: string | null): string | null;
  /** How many more there are for tasks without a workspace; null for any number. */
  left(): number | null;
}

export function openSeats(fleet: Fleet): Seats {
  const limit = fleet.config.view.agent.maxConcurrentPerHost ?? Infinity;
  const usable = usableHosts(fleet);
  const held = new Map<string, number>(usable.map((id) => [id, 0]));
  const heldAt = (id: string) => held.get(id) ?? 0;
  for (const { slot, host } of Object.values(fleet.tasks))
    if (slot === 'held' && host) held.set(host, heldAt(host) + 1);

  const find = (home: string | null = null): string | null => {
    const isLeft = home === null || leavingOf(fleet, home) !== null;
    // One whose file is outdated is waited for: its tasks would lose their sessions at every edit.
    if (!isLeft) return kindOf(fleet, home) === 'outdated' || heldAt(home) >= limit ? null : home;
    const open = usable.filter((id) => heldAt(id) < limit);
    return open.sort((left, right) => heldAt(left) - heldAt(right))[0] ?? null;
  };
  return {
    find,
    take(home) {
      const host = find(home);
      if (host !== null) held.set(host, heldAt(host) + 1);
      return host;
    },
    left() {
      const rooms = usable.map((id) => Math.max(limit - heldAt(id), 0));
      const sum = rooms.reduce((all, room) => all + room, 0);
      return sum === Infinity ? null : sum;
    },
  };
}

/** Why tasks have to leave a host, or null. */
export function leavingOf(fleet: Omit<Fleet, 'tasks'>, id: string): Leaving | null {
  const kind = kindOf(fleet, id);
  return kind === 'down' || kind === 'drained' ? kind : null;
}

/** A host in place of one that has to be left, or null where there is none. */
export function otherThan(fleet: Omit<Fleet, 'tasks'>, id: string): string | null {
  return usableHosts(fleet).find((other) => other !== id) ?? null;
}
