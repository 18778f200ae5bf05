import type {
  ProjectV2,
  ProjectV2ItemFieldNumberValue,
  ProjectV2ItemFieldSingleSelectValue,
  ProjectV2ItemFieldTextValue,
  ProjectV2Item,
} from '@octokit/graphql-schema';
import { nodeId } from '../identity.js';
import { webUrl } from '../links.js';
import type { ProjectItem, ProjectValue } from '../world.js';
import { connection } from './connection.js';
import { issueShape } from './issues.js';
import { pullShape } from './pulls.js';
import type { Shape, View } from './view.js';

export function projectItemShape(view: View, item: ProjectItem): Shape<ProjectV2Item> {
  const { issue, values } = item;
  const { pull } = issue;
  const shown = Object.entries(values).map(([name, value], index) => ({ id: index, name, value }));
  return {
    __typename: 'ProjectV2Item',
    id: nodeId(item),
    fullDatabaseId: String(item.id),
    type: pull === null ? 'ISSUE' : 'PULL_REQUEST',
    isArchived: false,
    project: () => projectShape(view, item),
    content: () => (pull === null ? issueShape(view, issue) : pullShape(view, pull)),
    fieldValueByName: ({ name }: { name: string }) => {
      const value = values[name];
      return value === undefined ? null : valueShape(name, value);
    },
    fieldValues: connection(
      () => shown,
      ({ name, value }) => valueShape(name, value),
    ),
  };
}

function projectShape(view: View, { project, issue }: ProjectItem): Shape<ProjectV2> {
  const { login } = issue.repository.owner;
  return {
    __typename: 'ProjectV2',
    id: `PVT_kwDO${Buffer.from(String(project.id)).toString('base64url')}`,
    number: project.number,
    title: project.title,
    closed: false,
    public: false,
    url: webUrl(view.world, `/users/${login}/projects/${project.number}`),
  };
}

type ValueFields = ProjectV2ItemFieldNumberValue &
  ProjectV2ItemFieldSingleSelectValue &
  ProjectV2ItemFieldTextValue;

function valueShape(name: string, value: ProjectValue): Shape<ValueFields> {
  if (typeof value === 'number')
    return { __typename: 'ProjectV2ItemFieldNumberValue', number: value, field: field('', name) };
  if (typeof value === 'string')
    return {
      __typename: 'ProjectV2ItemFieldSingleSelectValue',
      name: value,
      optionId: Buffer.from(value).toString('hex').slice(0, 8),
      field: field('SingleSelect', name),
    };
  return { __typename: 'ProjectV2ItemFieldTextValue', text: value.text, field: field('', name) };
}

function field(kind: '' | 'SingleSelect', name: string) {
  const dataType = kind === '' ? 'TEXT' : 'SINGLE_SELECT';
  return { __typename: `ProjectV2${kind}Field`, name, dataType };
}
