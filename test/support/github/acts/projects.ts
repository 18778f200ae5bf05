import { nextId, register } from '../identity.js';
import type { Issue, ProjectItem, ProjectValue, World } from '../world.js';
import { touch } from './issues.js';

export function addToProject(
  world: World,
  issue: Issue,
  title: string,
  values: Record<string, ProjectValue>,
): ProjectItem {
  const known = issue.projectItems.find((item) => item.project.title === title);
  if (known !== undefined) {
    Object.assign(known.values, values);
    return known;
  }
  const item = register<ProjectItem>(world, {
    kind: 'projectItem',
    project: projectCalled(world, title),
    issue,
    values,
  });
  issue.projectItems.push(item);
  touch(world, issue);
  return item;
}

function projectCalled(world: World, title: string): ProjectItem['project'] {
  const projects = world.repositories
    .flatMap((repository) => [...repository.issues.values()])
    .flatMap(({ projectItems }) => projectItems.map(({ project }) => project));
  const known = projects.find((project) => project.title === title);
  if (known !== undefined) return known;
  const id = nextId(world);
  return { id, number: new Set(projects.map((project) => project.number)).size + 1, title };
}
