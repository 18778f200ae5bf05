import { setTimeout as sleep } from 'node:timers/promises';
import type { Octokit } from 'octokit';
import { octokitFor } from '../support/github/octokit.js';
import { livePlace, variables } from './place.js';
import type { LivePlace } from './place.js';

const mostLooks = 60;
const pauseMs = 500;

interface Written {
  id: number;
  number: number;
  nodeId: string;
}

/** What people do in the repository, by GitHub itself. `clean` takes away what was written. */
export class LiveHands {
  private readonly written: Written[] = [];

  private constructor(
    readonly place: LivePlace,
    readonly octokit: Octokit,
    readonly names: { owner: string; repo: string },
    readonly repository: { cloneUrl: string; base: string },
    private readonly labelsBefore: ReadonlySet<string>,
  ) {}

  static async open(): Promise<LiveHands> {
    const place = livePlace();
    if (place === null) throw new Error(`${variables.token} and ${variables.repo} have to be set`);
    const octokit = octokitFor(place, place.token);
    const [owner = '', repo = ''] = place.repo.split('/');
    const names = { owner, repo };
    const { data } = await octokit.rest.repos.get(names);
    const repository = { cloneUrl: data.clone_url, base: data.default_branch };
    return new LiveHands(place, octokit, names, repository, new Set(await labelsOf(octokit, names)));
  }

  async openIssue(wanted: { title: string; body?: string; labels?: string[] }): Promise<Written> {
    const { data } = await this.octokit.rest.issues.create({ ...this.names, ...wanted });
    const { id, number, node_id: nodeId } = data;
    this.written.push({ id, number, nodeId });
    await this.until(`#${number} is listed`, (issues) => issues.some((one) => one.number === number));
    return { id, number, nodeId };
  }

  async closeIssue(number: number): Promise<void> {
    await this.octokit.rest.issues.update({ ...this.names, issue_number: number, state: 'closed' });
    await this.until(`#${number} is closed`, (issues) =>
      issues.some((one) => one.number === number && one.state === 'closed'),
    );
  }

  async blockIssue(number: number, by: Written): Promise<void> {
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by';
    await this.octokit.request(route, { ...this.names, issue_number: number, issue_id: by.id });
    await this.until(`#${number} is blocked`, (issues) =>
      issues.some((one) => one.number === number && blockersOf(one) > 0),
    );
  }

  /** Only an administrator may. */
  async deleteIssue({ number, nodeId }: Written): Promise<void> {
    const mutation = 'mutation ($id: ID!) { deleteIssue(input: { issueId: $id }) { clientMutationId } }';
    await this.octokit.graphql(mutation, { id: nodeId });
    const index = this.written.findIndex((one) => one.number === number);
    this.written.splice(index, 1);
    await this.until(`#${number} is gone`, (issues) => issues.every((one) => one.number !== number));
  }

  async labelsOn(number: number): Promise<string[]> {
    const wanted = { ...this.names, issue_number: number };
    const { data } = await this.octokit.rest.issues.listLabelsOnIssue(wanted);
    return data.map(({ name }) => name);
  }

  async comments(number: number): Promise<string[]> {
    const { data } = await this.octokit.rest.issues.listComments({ ...this.names, issue_number: number });
    return data.map(({ body }) => body ?? '');
  }

  /** `ref` without its `refs/`, such as `heads/main`. */
  async hasRef(ref: string): Promise<boolean> {
    const { data } = await this.octokit.rest.git.listMatchingRefs({ ...this.names, ref });
    return data.some((one) => one.ref === `refs/${ref}`);
  }

  /** Where it is there. */
  async removeBranch(branch: string): Promise<void> {
    const ref = `heads/${branch}`;
    if (await this.hasRef(ref)) await this.octokit.rest.git.deleteRef({ ...this.names, ref });
  }

  async clean(): Promise<void> {
    for (const issue of [...this.written]) await this.deleteIssue(issue);
    for (const name of await labelsOf(this.octokit, this.names))
      if (!this.labelsBefore.has(name)) await this.octokit.rest.issues.deleteLabel({ ...this.names, name });
  }

  /** GitHub's servers see a change a little later one than another: waits until its list of issues shows it. */
  private async until(what: string, isSeen: (newest: Listed[]) => boolean): Promise<void> {
    for (let look = 0; look < mostLooks; look += 1) {
      const wanted = { ...this.names, state: 'all' as const, per_page: 100 };
      const { data } = await this.octokit.rest.issues.listForRepo(wanted);
      if (isSeen(data)) return;
      await sleep(pauseMs);
    }
    throw new Error(`GitHub does not show that ${what}`);
  }
}

type Listed = Awaited<ReturnType<Octokit['rest']['issues']['listForRepo']>>['data'][number];

const blockersOf = ({ issue_dependencies_summary: summary }: Listed) => summary?.total_blocked_by ?? 0;

async function labelsOf(octokit: Octokit, names: { owner: string; repo: string }): Promise<string[]> {
  const labels = await octokit.paginate(octokit.rest.issues.listLabelsForRepo, { ...names, per_page: 100 });
  return labels.map(({ name }) => name);
}
