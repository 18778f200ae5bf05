import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { seeded } from '../e2e/random.js';
import type { GitHub, GitHubRepository } from './github/index.js';
import { openGitHub } from './github/index.js';
import { LiveProject } from './live-project.js';

const us = 'continuo-bot';
const mostKills = 60;
/** From the start of a worker until it is killed. */
const lifeMs = 6_000;
const startMs = 3_000;

export interface LabelledIssues {
  /** Of the test, in what it prints. */
  name: string;
  /** How many there are. */
  issues: number;
  /** The sections of the front matter that say who works; whoever it is leaves `<task>.txt`. */
  agent: string;
  /** Variables of `continuo up`. */
  env?: Record<string, string>;
}

/**
 * Has labelled issues of a GitHub become merged pull requests, while the worker is killed every few seconds. Fails unless
 * each was worked on, shown and merged once, and nothing is left behind.
 */
export async function mergeLabelledIssues({ name, issues, agent, env = {} }: LabelledIssues): Promise<void> {
  const random = seeded(name);
  const github = await openGitHub();
  const shop = await github.repository('acme/shop', { roles: { [us]: 'write' }, labels: ['agent'] });
  for (let index = 1; index <= issues; index += 1)
    shop.openIssue({ title: `Write file ${index}`, labels: ['agent'], by: 'acme' });
  shop.openIssue({ title: 'For people', by: 'acme' });
  const project = projectAt(github, shop, { agent, env });
  try {
    await project.start();
    const kills = await killUntil(() => isDone(shop, issues), project, random);
    await project.until('all is merged', () => isDone(shop, issues), 240_000);
    const identifiers = labelled(shop).map(({ number }) => `GH-${number}`);
    await project.until('every task is done', async () => {
      const statuses = await Promise.all(identifiers.map((identifier) => project.status(identifier)));
      return statuses.every((status) => status?.phase === 'done');
    });
    process.stdout.write(`${name}: ${kills} kills\n`);
    await expectOnceEach(shop, identifiers);
    await project.until('nothing is left on GitHub', async () =>
      (await shop.state.git.refs()).every(
        ({ name }) => name === 'refs/heads/main' || name.startsWith('refs/pull/'),
      ),
    );
  } catch (error) {
    process.stdout.write(project.said.slice(-8000));
    throw error;
  } finally {
    await project.close();
    await github.close();
  }
}

/** A project whose issues and changes are at a GitHub. */
function projectAt(
  github: GitHub,
  shop: GitHubRepository,
  { agent, env }: { agent: string; env: Record<string, string> },
): LiveProject {
  const credential = `api_url: '${github.apiUrl}', token: $BOT_TOKEN, refresh_ms: 1000`;
  return new LiveProject({
    places: [
      `tracker: { kind: github, required_labels: [agent], provider: { repo: acme/shop, ${credential} } }`,
      `forge: { kind: github, provider: { repo: acme/shop, ${credential} } }`,
      `repository: { url: '${shop.cloneUrl}', base: main }`,
    ],
    workflow: `${agent}
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
review: { human: { when: never } }
land: { mode: pull_request, strategy: squash }
`,
    env: () => ({ ...env, BOT_TOKEN: github.token(us) }),
  });
}

/** Returns how often the worker was killed. */
async function killUntil(isDone: () => boolean, project: LiveProject, random: () => number): Promise<number> {
  let kills = 0;
  for (; !isDone() && kills < mostKills; kills += 1) {
    await sleep(startMs + random() * lifeMs);
    if (isDone()) break;
    await project.kill('worker');
    await project.launch();
  }
  return kills;
}

const all = ({ state }: GitHubRepository) => [...state.issues.values()];
const pulls = (shop: GitHubRepository) => all(shop).filter(({ pull }) => pull !== null);
const labelled = (shop: GitHubRepository) =>
  all(shop).filter(({ pull, labels }) => pull === null && labels.length > 0);

const isDone = (shop: GitHubRepository, issues: number) =>
  pulls(shop).filter(({ pull }) => pull?.mergedAt != null).length >= issues &&
  labelled(shop).every(({ state }) => state === 'closed');

async function expectOnceEach(shop: GitHubRepository, identifiers: string[]): Promise<void> {
  expect(pulls(shop)).toHaveLength(identifiers.length);
  expect(pulls(shop).every(({ pull }) => pull?.mergedAt != null)).toBe(true);
  const files = (await shop.state.git.git(['ls-tree', '--name-only', 'main'])).split('\n');
  expect(files).toEqual(expect.arrayContaining(identifiers.map((identifier) => `${identifier}.txt`)));
  for (const { comments } of labelled(shop)) {
    expect(comments.map(({ author }) => author.login)).toEqual([us]);
    expect(comments[0]?.body).toContain('**done**');
  }
  const open = all(shop).filter(({ state }) => state === 'open');
  expect(open.map(({ title }) => title)).toEqual(['For people']);
}
