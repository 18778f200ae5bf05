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
  let isSilent = false;
  const counted = {
    ...files,
    fetch: (signal?: AbortSignal) => {
      requests += 1;
      return isSilent ? aborted(signal) : files.fetch(signal);
    },
  };
  const patient = createFileTracker(config, counted);
  const impatient = createFileTracker(config, counted, { answerMs: 100 });
  return {
    get tracker() {
      return isSilent ? impatient : patient;
    },
    states: { active: 'Todo', otherActive: 'In Progress', terminal: 'Done' },
    write: (...issues) =>
      repository.commit(Object.fromEntries(issues.map((issue) => [pathOf(issue.identifier), textOf(issue)]))),
    writeMalformed: (identifier) => repository.commit({ [pathOf(identifier)]: '---\ntitle: [1, 2]\n---\n' }),
    writeElsewhere: (issue) => repository.commit({ [`notes/${issue.identifier}.md`]: textOf(issue) }),
    async remove(identifier) {
      await rm(join(repository.folder, pathOf(identifier)));
      await repository.commit({});
    },
    idOf: (identifier) => identifier,
    requests: () => requests,
    disconnect: () => repository.disconnect(),
    silence() {
      isSilent = true;
      return Promise.resolve();
    },
    secrets: [],
    close: () => removeRepository(repository),
  };
});

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
}

function pathOf(identifier: string): string {
  return `tasks/${identifier}.md`;
}

function textOf(issue: WrittenIssue): string {
  const { title, state, description, priority, createdAt, labels, blockedBy, brokenMetadata } = issue;
  const broken = { priority: 'high', created_at: 'yesterday', labels: { a: 1 } };
  const fields = {
    title,
    state,
    priority,
    created_at: createdAt,
    labels,
    blocked_by: blockedBy,
    ...(brokenMetadata === true ? broken : {}),
  };
  return `---\n${JSON.stringify(fields)}\n---\n${description ?? ''}`;
}
