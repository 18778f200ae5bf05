import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

/** What `project.name` may be: it stands in workflow ids, folder names and queries as it is. */
export const projectName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const projectNameAllowed =
  'at most 64 letters, digits and the characters . _ - and a letter or digit first';

/** The project's id: its name, else the repository's id, else the name and a hash of the workflow file's folder. */
export function projectId(name: string | undefined, repositoryId: string | null, file: string): string {
  return name ?? repositoryId ?? folderId(dirname(file));
}

function folderId(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 40);
  return `${name || 'project'}-${hash}`;
}
