import { z } from 'zod';
import { requireRole, roleIn } from '../access.js';
import * as acts from '../acts/issues.js';
import { json } from '../exchange.js';
import { findUser, isAtLeast, roleOf } from '../people.js';
import { apiUrl, repositoryApi } from '../links.js';
import { invalid, notFound, Refusal } from '../refusal.js';
import { issueOf } from '../shapes/issue.js';
import type { Issue, Repository, User } from '../world.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody, userOf } from './route.js';

const LabelNames = z
  .array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]))
  .optional();

const NewIssue = z.object({
  title: z.union([z.string(), z.number().transform(String)]),
  body: z.string().nullish(),
  labels: LabelNames,
  assignees: z.array(z.string()).optional(),
});

const Edit = NewIssue.partial().extend({
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullish(),
});

export const issueRoutes: Route[] = [
  below('GET /issues', { issues: 'read' }, (call) =>
    paged(call, listed(call), (issue) => issueOf(call.world, issue)),
  ),

  below('POST /issues', { issues: 'write' }, (call) => {
    const { world, repository } = call;
    const wanted = readBody(call, NewIssue);
    if (wanted.title.trim() === '')
      throw invalid({ resource: 'Issue', field: 'title', code: 'missing_field' });
    // Who may not triage is heard without these, and is not told.
    const mayTriage = isAtLeast(roleIn(call.viewer, repository), 'triage');
    const assignees = mayTriage ? assigneesNamed(call, wanted.assignees ?? []) : [];
    const issue = acts.openIssue(world, repository, userOf(call), {
      title: wanted.title,
      body: wanted.body,
      labels: mayTriage ? wanted.labels : [],
      assignees,
    });
    const location = repositoryApi(world, repository, `/issues/${issue.number}`);
    return json(201, issueOf(world, issue), { location });
  }),

  below('GET /issues/:number', { issues: 'read' }, (call) => json(200, issueOf(call.world, issueIn(call)))),

  below('PATCH /issues/:number', { issues: 'write' }, (call) => {
    const issue = issueIn(call);
    const wanted = readBody(call, Edit);
    const user = userOf(call);
    if (issue.author !== user) requireRole(call.viewer, call.repository, 'triage');
    acts.editIssue(call.world, issue, user, {
      title: wanted.title,
      body: wanted.body,
      state: wanted.state,
      stateReason: wanted.state_reason,
      labels: wanted.labels,
      assignees: wanted.assignees && assigneesNamed(call, wanted.assignees),
    });
    return json(200, issueOf(call.world, issue));
  }),

  below('POST /issues/:number/assignees', { issues: 'write' }, (call) => {
    const issue = issueIn(call);
    requireRole(call.viewer, call.repository, 'triage');
    acts.assign(call.world, issue, userOf(call), assignable(call));
    return json(201, issueOf(call.world, issue));
  }),

  below('DELETE /issues/:number/assignees', { issues: 'write' }, (call) => {
    const issue = issueIn(call);
    requireRole(call.viewer, call.repository, 'triage');
    acts.unassign(call.world, issue, userOf(call), assignable(call));
    return json(200, issueOf(call.world, issue));
  }),
];

/** The issue of the path. One that went elsewhere is a redirect, a deleted one is gone. */
export function issueIn(call: RepositoryCall): Issue {
  const { repository, world } = call;
  const wanted = number(call);
  const issue = repository.issues.get(wanted);
  if (issue !== undefined) return issue;
  const gone = repository.goneIssues.get(wanted);
  if (gone === undefined) throw notFound();
  if (gone === 'deleted') throw new Refusal(410, 'This issue was deleted');
  const location = apiUrl(world, `/repositories/${gone.repository.id}/issues/${gone.number}`);
  throw new Refusal(301, 'Moved Permanently', { headers: { location } });
}

function listed(call: RepositoryCall): Issue[] {
  const { query } = call.asked;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
  const assignee = query.get('assignee')?.toLowerCase();
  const creator = query.get('creator')?.toLowerCase();
  const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
  const found = [...call.repository.issues.values()].filter(
    (issue) =>
      (state === 'all' || issue.state === state) &&
      labels.every((name) => hasLabel(issue, name)) &&
      (assignee === undefined || isAssigned(issue, assignee)) &&
      (creator === undefined || issue.author.login.toLowerCase() === creator) &&
      Date.parse(issue.updatedAt) >= since,
  );
  return sorted(found, query);
}

const hasLabel = ({ labels }: Issue, name: string) =>
  labels.some((label) => label.name.toLowerCase() === name.toLowerCase());

function isAssigned({ assignees }: Issue, login: string): boolean {
  if (login === '*') return assignees.length > 0;
  if (login === 'none') return assignees.length === 0;
  return assignees.some((user) => user.login.toLowerCase() === login);
}

function sorted(issues: Issue[], query: URLSearchParams): Issue[] {
  const sort = query.get('sort') ?? 'created';
  const rank = (issue: Issue): number => {
    if (sort === 'updated') return Date.parse(issue.updatedAt);
    return sort === 'comments' ? issue.comments.length : issue.number;
  };
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  return issues.sort((one, other) => sign * (rank(one) - rank(other) || one.number - other.number));
}

function assigneesNamed(call: RepositoryCall, logins: readonly string[]): User[] {
  return logins.map((login) => {
    const user = findUser(call.world, login);
    if (user !== undefined && mayBeAssigned(call.repository, user)) return user;
    throw invalid({ resource: 'Issue', field: 'assignees', code: 'invalid', value: login });
  });
}

/** Whom this may not be given to is left out without a word, as GitHub does. */
function assignable(call: RepositoryCall): User[] {
  const { assignees } = readBody(call, z.object({ assignees: z.array(z.string()).default([]) }));
  return assignees
    .map((login) => findUser(call.world, login))
    .filter((user): user is User => user !== undefined && mayBeAssigned(call.repository, user));
}

export function mayBeAssigned(repository: Repository, user: User): boolean {
  const hasAccess = repository.owner === user || repository.roles.has(user);
  return !user.isDeleted && hasAccess && isAtLeast(roleOf(repository, user), 'read');
}
