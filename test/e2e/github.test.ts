import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { GitHub, GitHubRepository } from '../support/github/index.js';
import { openGitHub } from '../support/github/index.js';
import { LiveProject } from '../support/live-project.js';
import { notingAgent } from './agent.js';
import { seeded } from './random.js';

const us = 'continuo-bot';
/** Few, for a run of all tests; `CONTINUO_ISSUES=10` takes some minutes. */
const issues = Number(process.env.CONTINUO_ISSUES ?? 4);
const mostKills = 60;
/** From the start of a worker until it is killed. */
const lifeMs = 6_000;
const startMs = 3_000;

/** A project whose issues and changes are at a GitHub, and whose agent writes one file for each. */
function projectAt(github: GitHub, shop: GitHubRepository): LiveProject {
  const credential = `api_url: '${github.apiUrl}', token: $BOT_TOKEN, refresh_ms: 1000`;
  return new LiveProject({
    places: [
      `tracker: { kind: github, required_labels: [agent], provider: { repo: acme/shop, ${credential} } }`,
      `forge: { kind: github, provider: { repo: acme/shop, ${credential} } }`,
      `repository: { url: '${shop.cloneUrl}', base: main }`,
    ],
    workflow: `${notingAgent('sleep 0.3', { atOnce: 3 }).replace(/^land:.*$/m, 'land: { mode: pull_request }')}
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
review: { human: { when: never } }
`,
    env: () => ({ BOT_TOKEN: github.token(us) }),
  });
}

it('brings labelled issues to merged pull requests, each once, whenever it is killed', async () => {
  const random = seeded('github');
  const github = await openGitHub();
  const shop = await github.repository('acme/shop', { roles: { [us]: 'write' }, labels: ['agent'] });
  for (let index = 1; index <= issues; index += 1)
    shop.openIssue({ title: `Write file ${index}`, labels: ['agent'], by: 'acme' });
  shop.openIssue({ title: 'For people', by: 'acme' });
  const all = () => [...shop.state.issues.values()];
  const pulls = () => all().filter(({ pull }) => pull !== null);
  const labelled = () => all().filter(({ pull, labels }) => pull === null && labels.length > 0);
  const isDone = () =>
    pulls().filter(({ pull }) => pull?.mergedAt != null).length >= issues &&
    labelled().every(({ state }) => state === 'closed');
  const project = projectAt(github, shop);
  try {
    await project.start();
    let kills = 0;
    for (; !isDone() && kills < mostKills; kills += 1) {
      await sleep(startMs + random() * lifeMs);
      if (isDone()) break;
      await project.kill('worker');
      await project.launch();
    }
    await project.until('all is merged', isDone, 240_000);
    const identifiers = labelled().map(({ number }) => `GH-${number}`);
    await project.until('every task is done', async () => {
      const statuses = await Promise.all(identifiers.map((identifier) => project.status(identifier)));
      return statuses.every((status) => status?.phase === 'done');
    });
    process.stdout.write(`github: ${kills} kills\n`);

    expect(pulls()).toHaveLength(issues);
    expect(pulls().every(({ pull }) => pull?.mergedAt != null)).toBe(true);
    const files = (await shop.state.git.git(['ls-tree', '--name-only', 'main'])).split('\n');
    expect(files).toEqual(expect.arrayContaining(identifiers.map((identifier) => `${identifier}.txt`)));
    for (const { comments } of labelled()) {
      expect(comments.map(({ author }) => author.login)).toEqual([us]);
      expect(comments[0]?.body).toContain('**done**');
    }
    expect(all().flatMap(({ state, title }) => (state === 'open' ? [title] : []))).toEqual(['For people']);
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
}, 900_000);
