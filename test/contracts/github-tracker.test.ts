import { createGitHubTracker } from '../../src/activities/tracker/github/index.js';
import type { Tracker } from '../../src/activities/tracker/tracker.js';
import { configOf } from '../activities/tracker/github/world.js';
import type { GitHub } from '../support/github/index.js';
import { openGitHub } from '../support/github/index.js';
import type { WrittenIssue } from './tracker.js';
import { trackerContract } from './tracker.js';

trackerContract('github', async () => {
  const github = await openGitHub();
  const repository = await github.repository('acme/shop');
  const other = await github.repository('acme/other');
  const token = github.token('acme');
  const numbers = new Map<string, number>();
  const nameOf = (identifier: string) =>
    [...numbers].find(([, number]) => identifier === `GH-${number}`)?.[0] ?? identifier;
  const numberOf = (name: string) => numbers.get(name) ?? 999_999;
  let isSilent = false;
  const patient = open(github, token);
  const impatient = open(github, token, 100);

  function write(issue: WrittenIssue): void {
    const before = numbers.get(issue.identifier);
    const body = issue.description ?? undefined;
    const labels = [
      ...(issue.labels ?? []).map((label) => label.trim()).filter((label) => label !== ''),
      ...(issue.priority === undefined ? [] : [`priority: ${issue.priority}`]),
      ...(issue.state === 'In Progress' ? ['in progress'] : []),
    ];
    const number =
      before ??
      repository.openIssue({ title: issue.title, labels, ...(body !== undefined && { body }) }).number;
    numbers.set(issue.identifier, number);
    for (const name of issue.blockedBy ?? []) repository.blockIssue(number, repository.issue(numberOf(name)));
    if (issue.state === 'closed') repository.closeIssue(number);
    const record = repository.issue(number);
    if (issue.createdAt !== undefined) record.createdAt = issue.createdAt;
    if (issue.brokenMetadata === true) Object.assign(record, { createdAt: 'yesterday', body: 7 });
  }

  return {
    get tracker() {
      return isSilent ? impatient : patient;
    },
    states: { active: 'open', otherActive: 'In Progress', terminal: 'closed' },
    write(...issues) {
      for (const issue of issues) write(issue);
      return Promise.resolve();
    },
    writeMalformed(identifier) {
      write({ identifier, title: 'x', state: 'open' });
      Object.assign(repository.issue(numberOf(identifier)), { title: [1, 2] });
      return Promise.resolve();
    },
    writeElsewhere(issue) {
      other.openIssue({ title: issue.title });
      return Promise.resolve();
    },
    remove(identifier) {
      repository.deleteIssue(numberOf(identifier));
      return Promise.resolve();
    },
    idOf: (identifier) => String(numberOf(identifier)),
    nameOf,
    identifierOf: (name) => `GH-${numberOf(name)}`,
    requests: () => github.calls.length,
    disconnect() {
      github.faults.add({ times: Infinity, reset: true });
      return Promise.resolve();
    },
    silence() {
      isSilent = true;
      github.faults.add({ times: Infinity, hang: true });
      return Promise.resolve();
    },
    secrets: [token],
    close: () => github.close(),
  };
});

function open(github: GitHub, token: string, answerMs = 30_000): Tracker {
  const config = configOf(github, 'state_labels: { In Progress: in progress }\nrefresh_ms: 1');
  return createGitHubTracker(config, { GITHUB_TOKEN: token }, { answerMs });
}
