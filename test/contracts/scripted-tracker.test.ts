import type { Fault, ProviderRecord } from '../support/scripted-tracker/provider.js';
import { pageSize, ScriptedProvider, token } from '../support/scripted-tracker/provider.js';
import { createScriptedTracker } from '../support/scripted-tracker/tracker.js';
import type { BadAnswer, RemoteTrackerWorld } from './remote-tracker.js';
import { remoteTrackerContract } from './remote-tracker.js';
import type { WrittenIssue } from './tracker.js';
import { trackerContract } from './tracker.js';

const retryAfterMs = 90_000;

trackerContract('scripted', openWorld);
remoteTrackerContract('scripted', openWorld);

async function openWorld(): Promise<RemoteTrackerWorld> {
  const provider = await ScriptedProvider.open();
  const access = { url: provider.url, token, board: 'shop', terminalStates: ['Done'] };
  const patient = createScriptedTracker(access);
  const impatient = createScriptedTracker({ ...access, answerMs: 100 });
  let isSilent = false;
  const put = (record: ProviderRecord) => {
    provider.put(record);
    return Promise.resolve();
  };
  return {
    get tracker() {
      return isSilent ? impatient : patient;
    },
    states: { active: 'Todo', otherActive: 'Doing', terminal: 'Done' },
    async write(...issues) {
      for (const issue of issues) await put(recordOf(issue, 'shop'));
    },
    writeMalformed: (identifier) =>
      put({ ...recordOf({ identifier, title: '', state: 'Todo' }, 'shop'), summary: [1, 2] }),
    writeElsewhere: (issue) => put(recordOf(issue, 'other')),
    remove(identifier) {
      provider.records.delete(identifier);
      return Promise.resolve();
    },
    idOf,
    requests: () => provider.asked.length,
    disconnect() {
      provider.always({ kind: 'cut' });
      return Promise.resolve();
    },
    silence() {
      isSilent = true;
      provider.always({ kind: 'silence' });
      return Promise.resolve();
    },
    secrets: [token],
    pageSize,
    retryAfterMs,
    spoil: (request, answer) => provider.meet(...Array<null>(request).fill(null), faults[answer]),
    sendTooMuch: () =>
      provider.always({
        kind: 'lie',
        tell: (records) => [
          ...records,
          ...[...provider.records.values()].filter(({ board }) => board === 'shop'),
        ],
      }),
    close: () => provider.close(),
  };
}

const faults: Record<BadAnswer, Fault> = {
  'not json': { kind: 'text', text: '<html>' },
  'no page': { kind: 'text', text: '{"records":"none"}' },
  'status 500': { kind: 'status', status: 500 },
  'status 400': { kind: 'status', status: 400 },
  'cut off': { kind: 'cut' },
  'rate limited': { kind: 'status', status: 429, headers: { 'retry-after': String(retryAfterMs / 1_000) } },
  'no access': { kind: 'status', status: 401 },
  'endless pages': { kind: 'pages_without_end' },
};

function idOf(identifier: string): string {
  return `uid:${Buffer.from(identifier).toString('hex')}`;
}

function recordOf(issue: WrittenIssue, board: string): ProviderRecord {
  const { identifier, title, state, description, priority, createdAt, labels, blockedBy } = issue;
  return {
    uid: idOf(identifier),
    key: identifier,
    summary: title,
    status: state,
    board,
    body: description,
    rank: priority,
    tags: labels,
    waits_for: blockedBy,
    opened: createdAt,
    ...(issue.brokenMetadata && { rank: 'high', opened: 'yesterday', tags: { a: 1 }, body: 7 }),
  };
}
