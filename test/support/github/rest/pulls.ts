import { z } from 'zod';
import { requireRole, roleIn } from '../access.js';
import { changedFiles } from '../acts/diff.js';
import type { ChangedFile } from '../acts/diff.js';
import { editIssue } from '../acts/issues.js';
import { isMergeable, mergePull, mergeStateOf, updateBranch } from '../acts/merges.js';
import * as acts from '../acts/pulls.js';
import type { Reply } from '../exchange.js';
import { json } from '../exchange.js';
import { repositoryApi } from '../links.js';
import { notFound } from '../refusal.js';
import { commitOf } from '../shapes/commit.js';
import { fileOf, pullOf, wholePullOf } from '../shapes/pull.js';
import type { Pull } from '../world.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody, userOf } from './route.js';

const NewPull = z.object({
  title: z.string().min(1),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().optional(),
});
const Edit = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
});
const Merge = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});

export const pullRoutes: Route[] = [
  below('GET /pulls', { pull_requests: 'read' }, (call) =>
    paged(call, listed(call), (pull) => pullOf(call.world, pull, call.viewer.user)),
  ),

  below('POST /pulls', { pull_requests: 'write' }, async (call) => {
    const { world, repository } = call;
    const { head, draft, ...wanted } = readBody(call, NewPull);
    const branch = head.startsWith(`${repository.owner.login}:`) ? head.split(':')[1] : head;
    const pull = await acts.openPull(world, repository, userOf(call), {
      ...wanted,
      head: branch ?? head,
      isDraft: draft,
    });
    const location = repositoryApi(world, repository, `/pulls/${pull.issue.number}`);
    return shown(call, pull, 201, { location });
  }),

  below('GET /pulls/:number', { pull_requests: 'read' }, (call) => shown(call, pullIn(call))),

  below('PATCH /pulls/:number', { pull_requests: 'write' }, async (call) => {
    const pull = pullIn(call);
    const { base, ...edit } = readBody(call, Edit);
    const user = userOf(call);
    if (pull.issue.author !== user) requireRole(call.viewer, call.repository, 'write');
    if (base !== undefined && base !== pull.base.ref) await acts.changeBase(call.world, pull, user, base);
    editIssue(call.world, pull.issue, user, edit);
    return shown(call, pull);
  }),

  below('GET /pulls/:number/files', { pull_requests: 'read' }, async (call) => {
    const pull = pullIn(call);
    return paged(call, await filesOf(pull), (file) =>
      fileOf(call.world, call.repository, file, pull.head.sha),
    );
  }),

  below('GET /pulls/:number/commits', { pull_requests: 'read' }, async (call) => {
    const commits = await commitsOf(pullIn(call));
    const shapes = commits.map((sha) => commitOf(call.world, call.repository, sha));
    return paged(call, await Promise.all(shapes), (shape) => shape);
  }),

  below('PUT /pulls/:number/merge', { contents: 'write' }, async (call) => {
    const wanted = readBody(call, Merge);
    const sha = await mergePull(call.world, pullIn(call), userOf(call), {
      method: wanted.merge_method,
      sha: wanted.sha,
      title: wanted.commit_title,
      message: wanted.commit_message,
      role: roleIn(call.viewer, call.repository),
    });
    return json(200, { sha, merged: true, message: 'Pull Request successfully merged' });
  }),

  below('GET /pulls/:number/merge', { contents: 'read' }, (call) => {
    if (pullIn(call).mergedAt === null) throw notFound();
    return { status: 204, headers: {}, body: '' };
  }),

  below('PUT /pulls/:number/update-branch', { pull_requests: 'write' }, async (call) => {
    requireRole(call.viewer, call.repository, 'write');
    const pull = pullIn(call);
    const { expected_head_sha } = readBody(call, z.object({ expected_head_sha: z.string().optional() }));
    await updateBranch(call.world, pull, userOf(call), expected_head_sha);
    const url = repositoryApi(call.world, call.repository, `/pulls/${pull.issue.number}`);
    return json(202, { message: 'Updating pull request branch.', url });
  }),
];

export function pullIn(call: RepositoryCall): Pull {
  const pull = call.repository.issues.get(number(call))?.pull;
  if (pull == null) throw notFound();
  return pull;
}

/** The pull request with all that git says of it. */
export async function shown(
  call: RepositoryCall,
  pull: Pull,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const findings = {
    mergeable: await isMergeable(pull),
    state: await mergeStateOf(pull),
    files: await filesOf(pull),
    commits: (await commitsOf(pull)).length,
  };
  return json(status, wholePullOf(call.world, pull, call.viewer.user, findings), headers);
}

const commitsOf = ({ issue, base, head }: Pull): Promise<string[]> =>
  issue.repository.git.commitsBetween(base.sha, head.sha);

async function filesOf({ issue, base, head }: Pull): Promise<ChangedFile[]> {
  const { git } = issue.repository;
  return changedFiles(git, await git.git(['merge-base', base.sha, head.sha]), head.sha);
}

function listed({ repository, asked }: RepositoryCall): Pull[] {
  const { query } = asked;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const isUpdated = query.get('sort') === 'updated';
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  const rank = ({ issue }: Pull) => (isUpdated ? Date.parse(issue.updatedAt) : issue.number);
  return [...repository.issues.values()]
    .map(({ pull }) => pull)
    .filter((pull): pull is Pull => pull !== null)
    .filter(
      (pull) =>
        (state === 'all' || pull.issue.state === state) &&
        (head === null || `${repository.owner.login}:${pull.head.ref}` === head) &&
        (base === null || pull.base.ref === base),
    )
    .sort((one, other) => sign * (rank(one) - rank(other)));
}
