import { createGitHubTracker } from '../../src/activities/tracker/github/index.js';
import type { Tracker } from '../../src/activities/tracker/tracker.js';
import type { TrackerWorld, WrittenIssue } from '../contracts/tracker.js';
import { liveConfig } from './config.js';
import { LiveHands } from './hands.js';

/** The world of the tracker's contract in a repository that may have other issues beside those of the test. */
export async function openTrackerWorld(): Promise<TrackerWorld> {
  const hands = await LiveHands.open();
  const written = new Map<string, Awaited<ReturnType<LiveHands['openIssue']>>>();
  const issueOf = (name: string) => {
    const issue = written.get(name);
    if (issue === undefined) throw new Error(`${name} was not written`);
    return issue;
  };
  let requests = 0;
  const meter = { called: () => void (requests += 1), remains: () => undefined };
  const tracker = createGitHubTracker(liveConfig(hands), process.env, { meter });
  const nameOf = (identifier: string) =>
    [...written].find(([, { number }]) => identifier === `GH-${number}`)?.[0];

  async function write({ identifier, title, state, labels = [], ...issue }: WrittenIssue): Promise<void> {
    if (!written.has(identifier)) {
      const names = [...labels, ...(state === 'In Progress' ? ['in progress'] : [])].map((one) => one.trim());
      const body = issue.description == null ? {} : { body: issue.description };
      written.set(identifier, await hands.openIssue({ title, labels: distinct(names), ...body }));
    }
    const { number } = issueOf(identifier);
    for (const name of issue.blockedBy ?? []) await hands.blockIssue(number, issueOf(name));
    if (state === 'closed') await hands.closeIssue(number);
  }

  return {
    tracker: {
      ...tracker,
      async fetchIssuesByStates(states) {
        const { issues, problems } = await tracker.fetchIssuesByStates(states);
        return { issues: issues.filter(({ identifier }) => nameOf(identifier) !== undefined), problems };
      },
    } satisfies Tracker,
    states: { active: 'open', otherActive: 'In Progress', terminal: 'closed' },
    async write(...issues) {
      for (const issue of issues) await write(issue);
    },
    remove: (identifier) => hands.deleteIssue(issueOf(identifier)),
    idOf: (identifier) => String(issueOf(identifier).number),
    nameOf: (identifier) => nameOf(identifier) ?? identifier,
    identifierOf: (name) => `GH-${issueOf(name).number}`,
    requests: () => requests,
    secrets: [hands.place.token],
    close: () => hands.clean(),
    ...{ writeMalformed: refuse, writeElsewhere: refuse, disconnect: refuse, silence: refuse },
  };
}

/** GitHub takes one spelling of a label. */
function distinct(names: string[]): string[] {
  const spelled = new Map(names.filter((name) => name !== '').map((name) => [name.toLowerCase(), name]));
  return [...spelled.values()];
}

const refuse = () => Promise.reject(new Error('nobody does that to a GitHub that is not the test’s own'));
