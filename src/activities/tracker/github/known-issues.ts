import type { GitHubClient } from '../../github/client.js';
import { orNull } from '../../github/errors.js';
import type { GitHubPlace } from './place.js';
import { isHere } from './place.js';
import type { Entry } from './schema.js';
import { Entries, Entry as OneEntry } from './schema.js';

/** The records of a repository's issues, as they came. */
export interface KnownIssues {
  /** All open issues, and what else is known, by number and as old as is allowed at most. */
  current(): Promise<ReadonlyMap<number, Entry>>;
  /** The issue as it is at this moment; null for what is gone, moved elsewhere, or a pull request. */
  readNow(number: number): Promise<Entry | null>;
  /** Read from GitHub every time: nobody follows these. */
  closed(): Promise<Entry[]>;
  /** What is known is old, however fresh it was. */
  forget(): void;
  /** Changes whenever all open issues were read anew. */
  reading(): number;
}

/** An issue that was deleted or moved elsewhere is in no list of changes: all are read again now and then. */
const wholeEveryMs = 30 * 60_000;
/** One server of GitHub's may see a change a little later than another. */
const overlapMs = 30_000;
/** GitHub's times have whole seconds. */
const oneSecondMs = 1_000;

/**
 * Follows the issues of a repository by what has changed in it: however many there are, a look costs one request, which
 * has no answer while nothing changes.
 */
export function createKnownIssues(
  client: GitHubClient,
  place: GitHubPlace,
  { refreshMs, now }: { refreshMs: number; now: () => number },
): KnownIssues {
  let known = new Map<number, Entry>();
  /** When the newest change was made that is known, in ms since the epoch. */
  let changedAt = 0;
  /** When this host has seen that one, and whether all of its time must have been seen by now. */
  let seenAt = -Infinity;
  let isSettled = false;
  let wholeAt = -Infinity;
  let freshAt = -Infinity;
  let readings = 0;
  let running: Promise<void> | null = null;

  const route = 'GET /repos/{owner}/{repo}/issues';
  async function ask(wanted: Record<string, unknown>): Promise<Entry[]> {
    const parameters = { ...place.names, sort: 'created', direction: 'asc', ...wanted };
    const entries = await client.list({ kind: 'issues', route, parameters }, Entries);
    for (const { repository_url } of entries) place.addresses.add(repository_url);
    return entries;
  }

  function take(entry: Entry): void {
    if (entry.pull_request == null) known.set(entry.number, entry);
  }

  async function refresh(): Promise<void> {
    const at = now();
    // A clock that was set back must not keep anything from being read.
    if (at >= freshAt && at < freshAt + refreshMs) return;
    if (at < wholeAt || at >= wholeAt + wholeEveryMs) {
      const from = await newestChange();
      const entries = await ask({ state: 'open' });
      known = new Map();
      noteChange(from, at);
      wholeAt = at;
      readings += 1;
      for (const entry of entries) take(entry);
    } else {
      await followChanges(at);
    }
    freshAt = at;
  }

  /** Many issues that changed together are not read again and again until something else changes. */
  async function followChanges(at: number): Promise<void> {
    const from = isSettled ? changedAt + oneSecondMs : Math.max(changedAt - overlapMs, 0);
    const entries = await ask({ state: 'all', since: new Date(from).toISOString() });
    const latest = newest(changedAt, entries);
    if (latest > changedAt) noteChange(latest, at);
    else isSettled ||= at >= seenAt + overlapMs;
    for (const entry of entries) take(entry);
  }

  function noteChange(latest: number, at: number): void {
    changedAt = latest;
    seenAt = at;
    isSettled = false;
  }

  /** By GitHub's clock, and not by this host's. */
  async function newestChange(): Promise<number> {
    const parameters = { ...place.names, state: 'all', sort: 'updated', direction: 'desc', per_page: 1 };
    const { data } = await client.read({ kind: 'issues', route, parameters }, Entries);
    for (const { repository_url } of data) place.addresses.add(repository_url);
    return newest(0, data);
  }

  async function current(): Promise<ReadonlyMap<number, Entry>> {
    // Who asks meanwhile gets the same answer.
    running ??= refresh().finally(() => {
      running = null;
    });
    await running;
    return known;
  }

  return {
    current,

    async readNow(number) {
      const parameters = { ...place.names, issue_number: number };
      const asked = { kind: 'issue', route: `${route}/{issue_number}`, parameters };
      const entry = (await orNull(client.read(asked, OneEntry)))?.data ?? null;
      // What was moved elsewhere is answered from there; what this repository is called now its own list says.
      if (entry !== null && !isHere(place, entry)) await newestChange();
      if (entry === null || !isHere(place, entry) || entry.number !== number || entry.pull_request != null) {
        known.delete(number);
        return null;
      }
      take(entry);
      return entry;
    },

    async closed() {
      return (await ask({ state: 'closed' })).filter(({ pull_request }) => pull_request == null);
    },

    forget() {
      freshAt = -Infinity;
    },

    reading: () => readings,
  };
}

function newest(before: number, entries: readonly Entry[]): number {
  const times = entries.map(({ updated_at }) => Date.parse(updated_at)).filter(Number.isFinite);
  return Math.max(before, ...times);
}
