import { z } from 'zod';
import { TrackerError } from '../../../src/activities/tracker/error.js';
import { readTextBounds } from '../../../src/activities/tracker/issue-text.js';
import type { IssueList, Tracker } from '../../../src/activities/tracker/tracker.js';
import type { Issue } from '../../../src/domain/issue.js';
import { normalizeLabels, normalizeState } from '../../../src/domain/issue.js';
import type { Problem } from '../../../src/domain/project.js';

export interface ScriptedTrackerOptions {
  url: string;
  token: string;
  board: string;
  terminalStates: readonly string[];
  /** How long an answer may take. */
  answerMs?: number;
}

const mostPages = 100;
const text = z.string().refine((value) => value.trim() !== '');
const Page = z.object({ records: z.array(z.unknown()), next: z.int().nullable() });
const Blocker = z.object({
  uid: z.string().nullable().catch(null),
  key: z.string().nullable().catch(null),
  status: z.string().nullable().catch(null),
});
const Entry = z.object({
  uid: text,
  key: text,
  summary: text,
  status: text,
  body: z.string().nullable().catch(null),
  rank: z.int().nullable().catch(null),
  tags: z.array(z.string()).catch([]),
  waits_for: z.array(Blocker).catch([]),
  opened: z.iso.datetime({ offset: true }).nullable().catch(null),
  link: z.url().nullable().catch(null),
});
type Entry = z.infer<typeof Entry>;

/**
 * The adapter for the scripted provider: a remote tracker with a credential, pages and an opaque identity. It
 * offers what the scheduler needs and nothing more: it has no tools, and moves no issue.
 */
export function createScriptedTracker(options: ScriptedTrackerOptions): Tracker {
  const terminal = new Set(options.terminalStates.map(normalizeState));

  async function records(query: [string, string][]): Promise<unknown[]> {
    const found: unknown[] = [];
    let page: number | null = 0;
    for (let pages = 0; page !== null; pages += 1) {
      const answer: z.infer<typeof Page> = await request(options, [...query, ['page', String(page)]]);
      found.push(...answer.records);
      const isStuck = answer.next !== null && answer.next <= page;
      if (isStuck || pages >= mostPages)
        throw new TrackerError('tracker_pagination', `the pages of ${options.url} do not end`);
      page = answer.next;
    }
    return found;
  }

  async function fetchIssuesByIds(ids: readonly string[]): Promise<Issue[]> {
    if (ids.length === 0) return [];
    const wanted = new Set(ids);
    const found = await records([...wanted].map((id) => ['uid', id]));
    const issues = new Map<string, Issue>();
    for (const record of found) {
      const entry = Entry.safeParse(record);
      const { uid } = z.object({ uid: text }).catch({ uid: '' }).parse(record);
      if (!entry.success) {
        const message = `the record of ${uid} cannot be used: ${whatIsWrong(entry.error)}`;
        throw new TrackerError('tracker_response', message, { malformed: [uid] });
      }
      if (wanted.has(uid)) issues.set(uid, issueOf(entry.data, terminal));
    }
    return [...issues.values()];
  }

  return {
    fetchIssuesByIds,

    async fetchIssuesByStates(states): Promise<IssueList> {
      if (states.length === 0) return { issues: [], problems: [] };
      const wanted = new Set(states.map(normalizeState));
      const issues = new Map<string, Issue>();
      const problems: Problem[] = [];
      for (const record of await records([...wanted].map((state) => ['status', state]))) {
        const entry = Entry.safeParse(record);
        if (entry.success) issues.set(entry.data.uid, issueOf(entry.data, terminal));
        else problems.push({ where: nameOf(record), message: whatIsWrong(entry.error) });
      }
      return {
        issues: [...issues.values()].filter(({ state }) => wanted.has(normalizeState(state))),
        problems,
      };
    },

    async findIssue(identifier) {
      const found = (await records([])).map((record) => Entry.safeParse(record).data);
      const entry = found.find((one) => one?.key === identifier);
      return entry === undefined ? null : issueOf(entry, terminal);
    },
  };
}

async function request(
  { url, token, board, answerMs = 10_000 }: ScriptedTrackerOptions,
  query: [string, string][],
): Promise<z.infer<typeof Page>> {
  const limit = AbortSignal.timeout(answerMs);
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${url}?${new URLSearchParams([['board', board], ...query]).toString()}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: limit,
    });
    body = await response.text();
  } catch (cause) {
    const why = limit.aborted ? `has not answered within ${answerMs} ms` : 'cannot be reached';
    throw new TrackerError('tracker_request', `${url} ${why}`, { cause });
  }
  if (!response.ok) throw refusal(url, response);
  const page = Page.safeParse(jsonOf(body));
  if (!page.success)
    throw new TrackerError('tracker_response', `${url} answers with something else than a page of records`);
  return page.data;
}

function refusal(url: string, { status, headers }: Response): TrackerError {
  const seconds = headers.get('retry-after');
  const wait = seconds === null ? {} : { retryAfterMs: Number(seconds) * 1_000 };
  if (status === 429) return new TrackerError('tracker_rate_limited', `${url} was asked too often`, wait);
  if (status === 401)
    return new TrackerError('missing_tracker_secret', `${url} does not know the token: give it another one`);
  return new TrackerError('tracker_status', `${url} answers with status ${status}`, {
    ...wait,
    retryable: status >= 500,
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function issueOf(entry: Entry, terminal: ReadonlySet<string>): Issue {
  const body = entry.body?.trim() ?? '';
  const isFinished = (status: string | null) => status !== null && terminal.has(normalizeState(status));
  return {
    id: entry.uid,
    native_ref: { uid: entry.uid },
    identifier: entry.key,
    title: entry.summary,
    description: body === '' ? null : body,
    priority: entry.rank,
    state: entry.status,
    branch_name: null,
    url: entry.link,
    assignee_id: null,
    labels: normalizeLabels(entry.tags),
    blocked_by: entry.waits_for.map(({ uid, key, status }) => ({ id: uid, identifier: key, state: status })),
    dispatchable: entry.waits_for.every(({ status }) => isFinished(status)),
    created_at: entry.opened && new Date(entry.opened).toISOString(),
    updated_at: null,
    ...readTextBounds(body),
    source: 'tracker',
  };
}

function nameOf(record: unknown): string {
  return z.object({ key: text }).catch({ key: 'a record' }).parse(record).key;
}

function whatIsWrong({ issues: [first] }: z.ZodError): string {
  return `${first?.path.join('.') ?? ''}: found something else, allowed: a text`;
}
