import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparison } from '../support/report.mjs';
import { git, makeRepository, workflowFile } from '../support/repository.mjs';
import { importSources } from '../support/sources.mjs';
import { alternate, timed } from '../support/statistics.mjs';

const fileCount = 5_000;
const fileBytes = 34 * 1024;

/**
 * A workspace of a repository with 5,000 files and about 170 MB that do not shrink, against a clone of it.
 * Every copy stays until the end: files that are made soon after a large delete are made slowly.
 */
export async function workspace({ scope, quick, say }) {
  const folder = scope.folder();
  const repository = join(folder, 'repository');
  makeLargeRepository(repository, join(folder, 'workspaces'));
  const prepare = await openPreparation(scope, folder, repository);
  const clone = (name) => run('git', ['clone', '--quiet', '--no-hardlinks', repository, join(folder, name)]);

  say(`  first preparation, with the mirror: ${(await timed(() => prepare('first'))).toFixed(0)} ms`);
  await clone('clone-first');
  const values = await alternate(
    quick ? 2 : 5,
    (round) => timed(() => prepare(`task-${round}`)),
    (round) => timed(() => clone(`clone-${round}`)),
    (subject, floor) => say(`  workspace ${subject.toFixed(0)} ms, clone ${floor.toFixed(0)} ms`),
  );
  return [
    comparison({
      name: `workspace of ${fileCount} files`,
      unit: 'ms',
      values,
      limit: { most: 1.2 },
    }),
  ];
}

function makeLargeRepository(repository, workspaces) {
  for (let index = 0; index < fileCount; index += 1) {
    const folder = join(repository, `part-${index % 100}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${index}.bin`), randomBytes(fileBytes));
  }
  const file = { project: 'bench', workspaces, intervalMs: 30_000 };
  makeRepository(repository, { 'WORKFLOW.md': workflowFile(file) });
  // As a clone from a server would have it.
  git(repository, '-c', 'pack.window=0', 'gc', '--quiet');
}

/** The product's own preparation, without an engine around it. */
async function openPreparation(scope, folder, repository) {
  const { prepareWorkspace, loadConfig, dataPaths } = await importSources(scope, 'preparation', {
    'activities/git/prepare.ts': ['prepareWorkspace'],
    'config/load.ts': ['loadConfig'],
    'config/paths.ts': ['dataPaths'],
  });
  const config = await loadConfig(join(repository, 'WORKFLOW.md'), process.env);
  const silent = { debug() {}, info() {}, warn: console.error, error: console.error };
  const deps = { host: 'bench', paths: dataPaths(join(folder, 'data')), env: process.env, log: silent };
  const { signal } = new globalThis.AbortController();

  return async (identifier) => {
    const issue = { id: identifier, identifier, title: identifier };
    const input = { deps, config, project: 'bench', issue, headSha: null, signal };
    const outcome = await prepareWorkspace(input);
    if (outcome.kind !== 'ready') throw new Error(`${identifier}: ${outcome.message}`);
  };
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });
}
