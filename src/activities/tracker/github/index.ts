import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import { GitHubProvider } from '../../../config/github-provider.js';
import type { Issue } from '../../../domain/issue.js';
import { normalizeState } from '../../../domain/issue.js';
import type { Problem } from '../../../domain/project.js';
import { logIn } from '../../github/auth.js';
import { createGitHubClient } from '../../github/client.js';
import type { CallMeter } from '../../github/meter.js';
import { activityMeter } from '../../github/meter.js';
import { TrackerError } from '../error.js';
import type { Desk, Tracker } from '../tracker.js';
import { createBlockers } from './blockers.js';
import { createClaims } from './claims.js';
import { createComments } from './comments.js';
import { orNull } from '../../github/errors.js';
import { asTracker } from './errors.js';
import { createFieldPriorities } from './field-priorities.js';
import { identifierOf, numberIn, readEntry, stateOf, toIssue } from './issue.js';
import { createKnownIssues } from './known-issues.js';
import { createMarks } from './marks.js';
import { placeOf } from './place.js';
import type { Entry } from './schema.js';
import { GitHubIssue } from './schema.js';
import { moveTo, statesOf } from './states.js';
import { gitHubTools } from './tools.js';

/** How a test differs from the world. */
export interface Surroundings {
  meter?: CallMeter;
  answerMs?: number;
  pageSize?: number;
  now?: () => number;
}

/** Issues of a repository on GitHub (docs/trackers/github.md). */
export function createGitHubTracker(config: Config, env: Environment, around: Surroundings = {}): Tracker {
  const provider = GitHubProvider.parse(config.tracker.provider);
  const { now = Date.now, meter = activityMeter } = around;
  const place = placeOf(provider, config, env);
  const access = { ...provider, repository: place.names };
  const client = createGitHubClient({ ...around, meter, logIn: () => logIn(access, env) });
  const known = createKnownIssues(client, place, { refreshMs: provider.refresh_ms, now });
  const blockersOf = createBlockers(client, place, known);
  const fields = { field: provider.priority_field, rules: provider, now };
  const priorityOf = createFieldPriorities(client, place, fields);
  const comments = createComments(client, place);
  const claims = createClaims(client, place);
  const marks = createMarks(client, place, provider);

  async function complete(found: GitHubIssue): Promise<Issue> {
    const beside = { blockers: await blockersOf(found), priority: await priorityOf(found.number) };
    return toIssue(found, beside, provider);
  }

  /** The entries of a refresh, all of which have to be in order. */
  async function completeAll(entries: readonly Entry[]): Promise<Issue[]> {
    const readings = entries.map((entry) => ({ entry, reading: readEntry(entry) }));
    const broken = readings.flatMap(({ entry, reading }) =>
      reading.kind === 'malformed' ? [{ id: String(entry.number), message: reading.message }] : [],
    );
    const [first] = broken;
    if (first !== undefined) {
      const message = `${identifierOf(Number(first.id))} cannot be used: ${first.message}`;
      throw new TrackerError('tracker_response', message, { malformed: broken.map(({ id }) => id) });
    }
    const issues: Issue[] = [];
    for (const { reading } of readings)
      if (reading.kind === 'issue') issues.push(await complete(reading.issue));
    return issues;
  }

  async function readNow(id: string): Promise<Issue | null> {
    const number = numberIn(id);
    const entry = number === null ? null : await known.readNow(number);
    return entry === null ? null : ((await completeAll([entry]))[0] ?? null);
  }

  const desk: Desk = {
    readNow: (id) => asTracker(() => readNow(id)),

    claim: (issue, holder) =>
      asTracker(async () => {
        const number = Number(issue.id);
        const verdict = await claims.take(number, holder);
        if (verdict.kind === 'ours') await marks.put(number);
        return verdict;
      }),

    release: (id, holder) =>
      asTracker(async () => {
        // The sign goes first: the ref is what tells that there is one left.
        if (await claims.has(Number(id), holder)) await marks.remove(Number(id));
        await claims.release(Number(id), holder);
      }),

    tell: (id, text, key) =>
      asTracker(async () => {
        // Nobody reads an issue that was deleted, and nothing else has to wait because of it.
        await orNull(comments.put(Number(id), text, key));
      }),

    move: (id, state) =>
      asTracker(async () => {
        const entry = await known.readNow(Number(id));
        if (entry === null)
          throw new TrackerError('tracker_status', `${identifierOf(Number(id))} is gone`, {
            retryable: false,
          });
        await moveTo({ client, place, labels: provider.state_labels }, GitHubIssue.parse(entry), state);
      }),
  };

  return {
    fetchIssuesByStates: (states) =>
      asTracker(async () => {
        const wanted = new Set(states.map(normalizeState));
        const names = statesOf(provider.state_labels)
          .map(normalizeState)
          .filter((name) => wanted.has(name));
        const open = names.some((name) => name !== 'closed') ? [...(await known.current()).values()] : [];
        const closed = names.includes('closed') ? await known.closed() : [];
        const entries = new Map([...open, ...closed].map((entry) => [entry.number, entry]));
        const issues: Issue[] = [];
        const problems: Problem[] = [];
        for (const entry of [...entries.values()].sort((one, other) => one.number - other.number)) {
          const reading = readEntry(entry);
          if (reading.kind === 'malformed')
            problems.push({ where: identifierOf(entry.number), message: reading.message });
          else if (wanted.has(normalizeState(stateOf(reading.issue, provider))))
            issues.push(await complete(reading.issue));
        }
        return { issues, problems };
      }),

    fetchIssuesByIds: (ids) =>
      asTracker(async () => {
        const numbers = [...new Set(ids)].flatMap((id) => numberIn(id) ?? []);
        if (numbers.length === 0) return [];
        const open = await known.current();
        const entries: Entry[] = [];
        for (const number of numbers) {
          const entry = open.get(number) ?? (await known.readNow(number));
          if (entry !== null) entries.push(entry);
        }
        return completeAll(entries);
      }),

    findIssue: (identifier) => asTracker(() => readNow(identifier)),

    forget: () => known.forget(),

    desk,

    tools: (context) => gitHubTools(config, desk, comments, context),
  };
}
