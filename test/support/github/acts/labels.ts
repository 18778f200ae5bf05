import { register } from '../identity.js';
import type { Label, Repository, World } from '../world.js';

export function findLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}

/** The repository's label of that name. Naming a label that is not there makes it, as on GitHub. */
export function labelNamed(world: World, repository: Repository, name: string): Label {
  return findLabel(repository, name) ?? addLabel(world, repository, { name });
}

export function addLabel(
  world: World,
  repository: Repository,
  {
    name,
    color = 'ededed',
    description = null,
  }: { name: string; color?: string | undefined; description?: string | null | undefined },
): Label {
  const label = register<Label>(world, { kind: 'label', name, color, description });
  repository.labels.push(label);
  return label;
}

export function deleteLabel(repository: Repository, label: Label): void {
  repository.labels = repository.labels.filter((each) => each !== label);
  for (const issue of repository.issues.values())
    issue.labels = issue.labels.filter((each) => each !== label);
}
