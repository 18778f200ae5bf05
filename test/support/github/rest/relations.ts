import { z } from 'zod';
import { canSee, requireRole } from '../access.js';
import * as acts from '../acts/relations.js';
import { json } from '../exchange.js';
import { notFound } from '../refusal.js';
import { issueOf } from '../shapes/issue.js';
import type { Issue } from '../world.js';
import { issueIn } from './issues.js';
import type { RepositoryCall, Route } from './route.js';
import { below, number, paged, readBody } from './route.js';

const Blocker = z.object({ issue_id: z.number() });
const SubIssue = z.object({ sub_issue_id: z.number(), replace_parent: z.boolean().optional() });

export const relationRoutes: Route[] = [
  below('GET /issues/:number/dependencies/blocked_by', { issues: 'read' }, (call) =>
    seen(call, issueIn(call).blockedBy),
  ),

  below('GET /issues/:number/dependencies/blocking', { issues: 'read' }, (call) =>
    seen(call, acts.blockedOn(call.world, issueIn(call))),
  ),

  below('POST /issues/:number/dependencies/blocked_by', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    const blocker = issueById(call, readBody(call, Blocker).issue_id);
    acts.block(call.world, issue, blocker);
    return json(201, issueOf(call.world, blocker));
  }),

  below('DELETE /issues/:number/dependencies/blocked_by/:id', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    const blocker = issueById(call, number(call, 'id'));
    if (!issue.blockedBy.includes(blocker)) throw notFound();
    acts.unblock(call.world, issue, blocker);
    return json(200, issueOf(call.world, blocker));
  }),

  below('GET /issues/:number/sub_issues', { issues: 'read' }, (call) => seen(call, issueIn(call).subIssues)),

  below('POST /issues/:number/sub_issues', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    const wanted = readBody(call, SubIssue);
    acts.addSubIssue(call.world, issue, issueById(call, wanted.sub_issue_id), wanted.replace_parent);
    return json(201, issueOf(call.world, issue));
  }),

  below('DELETE /issues/:number/sub_issue', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    const child = issueById(call, readBody(call, SubIssue).sub_issue_id);
    if (child.parent !== issue) throw notFound();
    acts.removeSubIssue(call.world, issue, child);
    return json(200, issueOf(call.world, issue));
  }),

  below('GET /issues/:number/parent', { issues: 'read' }, (call) => {
    const { parent } = issueIn(call);
    if (parent === null || !canSee(call.viewer, parent.repository)) throw notFound();
    return json(200, issueOf(call.world, parent));
  }),
];

/** Of issues in other repositories only those that the viewer may see. */
function seen(call: RepositoryCall, issues: readonly Issue[]) {
  const visible = issues.filter(({ repository }) => canSee(call.viewer, repository));
  return paged(call, visible, (issue) => issueOf(call.world, issue));
}

function triaged(call: RepositoryCall): Issue {
  const issue = issueIn(call);
  requireRole(call.viewer, call.repository, 'triage');
  return issue;
}

function issueById({ world, viewer }: RepositoryCall, id: number): Issue {
  for (const repository of world.repositories.filter((each) => canSee(viewer, each)))
    for (const issue of repository.issues.values()) if (issue.id === id) return issue;
  throw notFound('The provided issue does not exist');
}
