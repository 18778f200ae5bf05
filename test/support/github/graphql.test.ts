import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHub, GitHubRepository } from './index.js';
import { openGitHub } from './index.js';
import { nodeId } from './identity.js';
import { octokitFor } from './octokit.js';

let github: GitHub;
let widgets: GitHubRepository;
let ask: (query: string, variables?: Record<string, unknown>) => Promise<unknown>;

beforeEach(async () => {
  github = await openGitHub();
  widgets = await github.repository('acme/widgets', { roles: { ana: 'write' } });
  ask = octokitFor(github, github.token('ana')).graphql;
});

afterEach(() => github.close());

const inWidgets = (fields: string) => `{ repository(owner: "acme", name: "widgets") { ${fields} } }`;

describe('queries', () => {
  it('read an issue with what is around it', async () => {
    widgets.openIssue({ title: 'Broken', body: 'a <b>', labels: ['bug'], assignees: ['ana'] });
    const child = widgets.openIssue({ title: 'Child' });
    widgets.addSubIssue(1, child);
    widgets.comment(1, 'Me too', { by: 'ana' });
    widgets.addToProject(1, 'Roadmap', { Priority: 'High', Size: 3 });
    const fields = `issue(number: 1) {
      id number title body state stateReason author { login }
      labels(first: 10) { nodes { name } } assignees(first: 10) { nodes { login } }
      comments(last: 1) { totalCount nodes { body author { login } } }
      subIssues(first: 5) { nodes { number parent { number } } }
      projectItems(first: 5) { nodes {
        project { title }
        priority: fieldValueByName(name: "Priority") { ... on ProjectV2ItemFieldSingleSelectValue { name } }
        size: fieldValueByName(name: "Size") { ... on ProjectV2ItemFieldNumberValue { number } }
        none: fieldValueByName(name: "None") { __typename }
      } }
    }`;
    expect(await ask(inWidgets(fields))).toEqual({
      repository: {
        issue: {
          id: nodeId(widgets.issue(1)),
          number: 1,
          title: 'Broken',
          body: 'a <b>',
          state: 'OPEN',
          stateReason: null,
          author: { login: 'acme' },
          labels: { nodes: [{ name: 'bug' }] },
          assignees: { nodes: [{ login: 'ana' }] },
          comments: { totalCount: 1, nodes: [{ body: 'Me too', author: { login: 'ana' } }] },
          subIssues: { nodes: [{ number: 2, parent: { number: 1 } }] },
          projectItems: {
            nodes: [
              { project: { title: 'Roadmap' }, priority: { name: 'High' }, size: { number: 3 }, none: null },
            ],
          },
        },
      },
    });
  });

  it('come by pages, filtered and ordered', async () => {
    for (const title of ['one', 'two', 'three']) widgets.openIssue({ title, labels: ['go'] });
    widgets.openIssue({ title: 'other' });
    widgets.closeIssue(2);
    const query = `query ($after: String) { repository(owner: "acme", name: "widgets") {
      issues(first: 1, after: $after, labels: ["go"], states: [OPEN], orderBy: { field: CREATED_AT, direction: DESC }) {
        nodes { title } pageInfo { endCursor hasNextPage } } } }`;
    const first = await ask(query);
    expect(first).toMatchObject({
      repository: { issues: { nodes: [{ title: 'three' }], pageInfo: { hasNextPage: true } } },
    });
    const { endCursor } = (first as { repository: { issues: { pageInfo: { endCursor: string } } } })
      .repository.issues.pageInfo;
    expect(await ask(query, { after: endCursor })).toMatchObject({
      repository: { issues: { nodes: [{ title: 'one' }], pageInfo: { hasNextPage: false } } },
    });
  });

  it('read many things by their node ids, and leave a place for what is not there', async () => {
    const issues = ['one', 'two'].map((title) => widgets.openIssue({ title }));
    const secret = (await github.repository('acme/secret')).openIssue({ title: 'hidden' });
    const ids = [...issues, secret].map(nodeId);
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Issue { title } } rateLimit { cost } }';
    await expect(ask(query, { ids })).rejects.toMatchObject({
      response: {
        data: { nodes: [{ title: 'one' }, { title: 'two' }, null], rateLimit: { cost: 1 } },
        errors: [{ type: 'NOT_FOUND', path: ['nodes', 2] }],
      },
    });
    await expect(ask(query, { ids: Array(101).fill(ids[0]) })).rejects.toMatchObject({
      errors: [{ type: 'ARGUMENT_LIMIT' }],
    });
  });

  it('count by the connections they open', async () => {
    const query = inWidgets(
      'issues(first: 100) { nodes { comments(first: 100) { nodes { id } } labels(first: 1) { nodes { id } } } }',
    );
    await ask(query);
    expect(github.rateLimit('ana', 'graphql').used).toBe(2);
    github.rateLimit('ana', 'graphql').remaining = 0;
    await expect(ask(query)).rejects.toMatchObject({ errors: [{ type: 'RATE_LIMITED' }] });
  });
});

it('has an administrator delete an issue, and nobody else', async () => {
  const id = nodeId(widgets.openIssue({ title: 'Broken', by: 'ana' }));
  const mutation = 'mutation ($id: ID!) { deleteIssue(input: { issueId: $id }) { repository { name } } }';
  await expect(ask(mutation, { id })).rejects.toMatchObject({ errors: [{ type: 'FORBIDDEN' }] });
  const owner = octokitFor(github, github.token('acme')).graphql;
  expect(await owner(mutation, { id })).toEqual({ deleteIssue: { repository: { name: 'widgets' } } });
  expect(widgets.state.issues.size).toBe(0);
  await expect(owner(mutation, { id })).rejects.toMatchObject({ errors: [{ type: 'NOT_FOUND' }] });
});

describe('a query that is wrong', () => {
  it('is answered by status 200 with the error in the shape of GitHub', async () => {
    await expect(ask('{ viewer { loginn } }')).rejects.toMatchObject({
      errors: [{ message: expect.stringMatching(/loginn/), locations: [{ line: 1 }] }],
    });
    await expect(ask('{ viewer { login ')).rejects.toMatchObject({ errors: [{}] });
    await expect(ask(inWidgets('issues { nodes { id } }'))).rejects.toMatchObject({
      errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }],
    });
    await expect(ask(inWidgets('issues(first: 101) { nodes { id } }'))).rejects.toMatchObject({
      errors: [{ type: 'EXCESSIVE_PAGINATION' }],
    });
    expect(github.calls.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('never learns more than its token may see', async () => {
    const stranger = octokitFor(github, github.token('stranger')).graphql;
    await expect(stranger(inWidgets('id'))).rejects.toMatchObject({
      response: { data: { repository: null }, errors: [{ type: 'NOT_FOUND', path: ['repository'] }] },
    });
    await expect(octokitFor(github).graphql(inWidgets('id'))).rejects.toMatchObject({ status: 401 });
  });

  it('is told when it asks for what the fake does not know', async () => {
    await expect(ask('{ viewer { bioHTML } }')).rejects.toMatchObject({
      errors: [{ message: expect.stringMatching(/does not know User.bioHTML/) }],
    });
  });
});
