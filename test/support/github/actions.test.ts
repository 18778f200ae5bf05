import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from 'octokit';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { octokitFor } from './octokit.js';

const names = { owner: 'acme', repo: 'widgets' };

describe('GitHub Actions', () => {
  let github: GitHub;
  let widgets: GitHubRepository;
  let ana: Octokit;
  let sha: string;
  beforeEach(async () => {
    github = await openGitHub();
    widgets = await github.repository('acme/widgets', { roles: { ana: 'write', rea: 'read' } });
    ana = octokitFor(github, github.token('ana'));
    sha = String(await widgets.branch('main'));
  });
  afterEach(() => github.close());

  const runs = async () => (await ana.rest.actions.listWorkflowRunsForRepo({ ...names, head_sha: sha })).data;

  it('have runs with jobs, and a check of the same id for each', async () => {
    const run = widgets.runWorkflow({
      sha,
      branch: 'main',
      jobs: [
        { name: 'build', conclusion: 'success' },
        { name: 'test', conclusion: 'failure', log: 'it broke\n' },
      ],
    });
    expect((await runs()).workflow_runs).toMatchObject([
      { id: run.id, head_sha: sha, status: 'completed', conclusion: 'failure', run_attempt: 1 },
    ]);
    const { data } = await ana.rest.actions.listJobsForWorkflowRun({ ...names, run_id: run.id });
    const { data: checks } = await ana.rest.checks.listForRef({ ...names, ref: sha });
    expect(data.jobs.map(({ id, name }) => [id, name])).toEqual(
      checks.check_runs.map(({ id, name }) => [id, name]),
    );
  });

  it('give the log of a job from elsewhere, where no credential is taken', async () => {
    const log = Buffer.from('it broke\n\xff\n', 'latin1');
    const { jobs } = widgets.runWorkflow({
      sha,
      branch: 'main',
      jobs: [{ name: 'test', conclusion: 'failure', log }],
    });
    const job_id = jobs[0]?.id ?? 0;
    const answer = await ana.rest.actions.downloadJobLogsForWorkflowRun({
      ...names,
      job_id,
      request: { redirect: 'manual' },
    });
    expect(answer.status).toBe(302);
    const address = String(answer.headers.location);
    expect(Buffer.from(await (await fetch(address)).arrayBuffer())).toEqual(log);
    expect((await fetch(address, { headers: { authorization: 'token x' } })).status).toBe(400);
    expect((await fetch(address.replace('secret', 'other'))).status).toBe(404);
  });

  it('run failed jobs once more, as new ones, for those who may write', async () => {
    const run = widgets.runWorkflow({
      sha,
      branch: 'main',
      jobs: [
        { name: 'build', conclusion: 'success' },
        { name: 'test', conclusion: 'failure' },
      ],
    });
    const rea = octokitFor(github, github.token('rea'));
    const asked = { ...names, run_id: run.id };
    await expect(rea.rest.actions.reRunWorkflowFailedJobs(asked)).rejects.toMatchObject({ status: 403 });
    await ana.rest.actions.reRunWorkflowFailedJobs(asked);
    await expect(ana.rest.actions.reRunWorkflowFailedJobs(asked)).rejects.toMatchObject({ status: 403 });
    const { data } = await ana.rest.actions.listJobsForWorkflowRun(asked);
    expect(data.jobs.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'build completed',
      'test in_progress',
    ]);
    const again = run.jobs.at(-1);
    if (again === undefined) throw new Error('it has a job');
    expect(again.id).not.toBe(run.jobs[1]?.id);
    widgets.endJob(again, { conclusion: 'success' });
    expect((await runs()).workflow_runs).toMatchObject([{ conclusion: 'success', run_attempt: 2 }]);
  });
});
