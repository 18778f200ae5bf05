import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openCommittedFiles } from '../../src/activities/git/committed-files.js';
import { createFileTracker } from '../../src/activities/tracker/file/index.js';
import { configOf, createRepository, removeRepository } from '../activities/tracker/repository.js';
import type { WrittenIssue } from './tracker.js';
import { trackerContract } from './tracker.js';

trackerContract('file', async () => {
  const repository = await createRepository();
  await repository.commit({ 'README.md': 'A shop.' });
  const config = configOf(repository);
  const files = openCommittedFiles({ paths: repository.paths, config });
  let requests = 0;
  const counted = {
    ...files,
    fetch: () => {
      requests += 1;
      return files.fetch();
    },
  };
  return {
    tracker: createFileTracker(config, counted),
    states: { active: 'Todo', otherActive: 'In Progress', terminal: 'Done' },
    write: (...issues) =>
      repository.commit(Object.fromEntries(issues.map((issue) => [pathOf(issue.identifier), textOf(issue)]))),
    writeMalformed: (identifier) => repository.commit({ [pathOf(identifier)]: '---\ntitle: [1, 2]\n---\n' }),
    async remove(identifier) {
      await rm(join(repository.folder, pathOf(identifier)));
      await repository.commit({});
    },
    idOf: (identifier) => identifier,
    requests: () => requests,
    disconnect: () => repository.disconnect(),
    close: () => removeRepository(repository),
  };
});

function pathOf(identifier: string): string {
  return `tasks/${identifier}.md`;
}

function textOf({ title, state, description, labels, blockedBy, brokenMetadata }: WrittenIssue): string {
  const broken = { priority: 'high', created_at: 'yesterday', labels: { a: 1 } };
  const fields = { title, state, labels, blocked_by: blockedBy, ...(brokenMetadata === true ? broken : {}) };
  return `---\n${JSON.stringify(fields)}\n---\n${description ?? ''}`;
}
