import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGitHubKeeper } from '../../src/activities/forge/github/index.js';
import { createGitHubReader } from '../../src/activities/forge/github/reader.js';
import { branchOf } from '../../src/activities/forge/github/branch.js';
import { openMirror } from '../../src/activities/git/mirror.js';
import { createGitHubTracker } from '../../src/activities/tracker/github/index.js';
import { holderOf } from '../../src/activities/tracker/holder.js';
import { dataPaths } from '../../src/config/paths.js';
import { trackerContract } from '../contracts/tracker.js';
import { passedCheck, testWorkspace } from '../support/fake-ports.js';
import { BareRepository } from '../support/github/bare-repository.js';
import { liveConfig } from './config.js';
import { LiveHands } from './hands.js';
import { openTrackerWorld } from './tracker-world.js';

/** What has to work with GitHub itself, in the repository that the environment names. */
export function gitHubSuite(): void {
  trackerContract('github', openTrackerWorld, { isOurs: false });
  claims();
  changes();
}

function claims(): void {
  describe('an issue', () => {
    let hands: LiveHands;
    beforeEach(async () => {
      hands = await LiveHands.open();
    });
    afterEach(() => hands.clean());

    it('is claimed by one of two, told of by one comment, and given back', async () => {
      const { number } = await hands.openIssue({ title: 'Claim it' });
      const ref = `continuo/claims/${number}`;
      const id = String(number);
      const project = 'continuo-live';
      const holder = (cluster: string) => holderOf({ cluster, namespace: 'default', project });
      const { desk } = createGitHubTracker(liveConfig(hands), process.env);
      const issue = await desk?.readNow(id);
      if (desk === undefined || issue == null) throw new Error('the issue is there');
      try {
        expect(await desk.claim(issue, holder('one'))).toEqual({ kind: 'ours' });
        expect(await desk.claim(issue, holder('one'))).toEqual({ kind: 'ours' });
        expect(await desk.claim(issue, holder('another'))).toMatchObject({ kind: 'theirs' });
        expect(await hands.labelsOn(number)).toEqual(['continuo: working']);
        for (const text of ['It runs.', 'It is **done**.']) await desk.tell(id, text, 'status');
        expect(await hands.comments(number)).toEqual([expect.stringContaining('It is **done**.')]);
        await desk.release(id, holder('another'));
        expect(await hands.hasRef(ref)).toBe(true);
      } finally {
        await desk.release(id, holder('one'));
      }
      expect(await hands.hasRef(ref)).toBe(false);
      expect(await hands.labelsOn(number)).toEqual([]);
    });
  });
}

function changes(): void {
  describe('a change', () => {
    let hands: LiveHands;
    let folder: string;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'continuo-live-'));
      hands = await LiveHands.open();
    });
    afterEach(async () => {
      await hands.clean();
      rmSync(folder, { recursive: true });
    });

    it('is opened as one pull request, shown, looked at and closed, and leaves no branch', async () => {
      const config = liveConfig(hands, folder);
      const deps = { paths: dataPaths(join(folder, 'data')), env: process.env, log: silent };
      const keeper = createGitHubKeeper(config, deps);
      const reader = createGitHubReader(config, deps);
      const { signal } = new AbortController();
      const mirror = await openMirror({ paths: deps.paths, config });
      await mirror.fetch(signal);
      const git = BareRepository.at(mirror.gitDir);
      const start = await mirror.resolve(mirror.base);
      const work = async (parent: string | null, text: string) => {
        const tree = await git.treeWith(parent, { 'continuo-live.txt': text });
        return git.commit(tree, parent === null ? [] : [parent], 'Work\n', signature);
      };
      const first = await work(start, 'one\n');
      const second = await work(first, 'two\n');

      const identifier = `LIVE-${Date.now()}`;
      const task = { config: config.hash, project: config.project, identifier };
      const input = {
        ...{ ...task, issueId: identifier, source: 'prompt' as const, workspace: testWorkspace },
        ...{ base: mirror.base, title: 'A test of Continuo', body: 'It is closed in a moment.' },
        ...{ findings: [], answers: [] },
      };
      const branch = branchOf(identifier);
      let opened: number | null = null;
      try {
        const shown = await keeper.show(
          { ...input, number: null, sha: first, isDraft: true, checks: [] },
          signal,
        );
        if (shown.kind !== 'shown') throw new Error(JSON.stringify(shown));
        const { number } = shown.change;
        opened = number;
        expect(shown).toMatchObject({ change: { branch, sha: first }, seen: { headSha: first } });
        // As after a crash: by a worker that knows nothing.
        const again = { ...input, number: null, sha: second, isDraft: false, checks: [passedCheck] };
        expect(await createGitHubKeeper(config, deps).show(again, signal)).toMatchObject({
          kind: 'shown',
          change: { number, sha: second },
        });
        const { seen } = (await reader.look([number])).get(number)!;
        expect(seen).toMatchObject({ number, state: 'open', headSha: second, isDraft: false, threads: [] });
      } finally {
        if (opened === null) await hands.removeBranch(branch);
        else await keeper.close({ ...task, number: opened, text: 'That was all.', branch });
      }
      expect((await reader.look([opened])).get(opened)?.seen.state).toBe('closed');
      expect(await hands.comments(opened)).toEqual([expect.stringContaining('That was all.')]);
      expect(await hands.hasRef(`heads/${branch}`)).toBe(false);
    });
  });
}

const signature = { name: 'Continuo', email: 'continuo@localhost' };
const quiet = () => undefined;
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
