import { z } from 'zod';
import { requireRole } from '../access.js';
import * as issues from '../acts/issues.js';
import { addLabel, deleteLabel, findLabel } from '../acts/labels.js';
import { empty, json } from '../exchange.js';
import { invalid, notFound } from '../refusal.js';
import { labelOf } from '../shapes/issue.js';
import type { Issue, Label } from '../world.js';
import { issueIn } from './issues.js';
import type { RepositoryCall, Route } from './route.js';
import { below, paged, readBody, userOf } from './route.js';

const Names = z.union([
  z.object({ labels: z.array(z.string()).default([]) }),
  z.array(z.string()).transform((labels) => ({ labels })),
]);
const NewLabel = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});
const Edit = z.object({
  new_name: z.string().optional(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

export const labelRoutes: Route[] = [
  below('GET /labels', { issues: 'read' }, (call) =>
    paged(call, call.repository.labels, (label) => shown(call, label)),
  ),

  below('POST /labels', { issues: 'write' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    const wanted = readBody(call, NewLabel);
    if (findLabel(call.repository, wanted.name) !== undefined)
      throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
    return json(201, shown(call, addLabel(call.world, call.repository, wanted)));
  }),

  below('GET /labels/:name', { issues: 'read' }, (call) => json(200, shown(call, labelIn(call)))),

  below('PATCH /labels/:name', { issues: 'write' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    const label = labelIn(call);
    const wanted = readBody(call, Edit);
    label.name = wanted.new_name ?? label.name;
    label.color = wanted.color ?? label.color;
    if (wanted.description !== undefined) label.description = wanted.description;
    return json(200, shown(call, label));
  }),

  below('DELETE /labels/:name', { issues: 'write' }, (call) => {
    requireRole(call.viewer, call.repository, 'write');
    deleteLabel(call.repository, labelIn(call));
    return empty(204);
  }),

  below('GET /issues/:number/labels', { issues: 'read' }, (call) =>
    paged(call, issueIn(call).labels, (label) => shown(call, label)),
  ),

  below('POST /issues/:number/labels', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    issues.addLabels(call.world, issue, userOf(call), readBody(call, Names).labels);
    return labelsOf(call, issue);
  }),

  below('PUT /issues/:number/labels', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    issues.setLabels(call.world, issue, userOf(call), readBody(call, Names).labels);
    return labelsOf(call, issue);
  }),

  below('DELETE /issues/:number/labels', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    issues.removeLabels(call.world, issue, userOf(call), issue.labels);
    return empty(204);
  }),

  below('DELETE /issues/:number/labels/:name', { issues: 'write' }, (call) => {
    const issue = triaged(call);
    const label = findLabel(call.repository, call.params.name ?? '');
    if (label === undefined || !issue.labels.includes(label)) throw notFound('Label does not exist');
    issues.removeLabels(call.world, issue, userOf(call), [label]);
    return labelsOf(call, issue);
  }),
];

const shown = ({ world, repository }: RepositoryCall, label: Label) => labelOf(world, repository, label);

const labelsOf = (call: RepositoryCall, { labels }: Issue) =>
  json(
    200,
    labels.map((label) => shown(call, label)),
  );

function triaged(call: RepositoryCall): Issue {
  const issue = issueIn(call);
  requireRole(call.viewer, call.repository, 'triage');
  return issue;
}

function labelIn({ repository, params }: RepositoryCall): Label {
  const label = findLabel(repository, params.name ?? '');
  if (label === undefined) throw notFound();
  return label;
}
