import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../../src/config/config.js';
import type { DataPaths } from '../../../src/config/paths.js';
import { dataPaths } from '../../../src/config/paths.js';
import { parseConfig } from '../../../src/config/parse.js';
import { workflowText } from '../../config/workflow-file.js';

const run = promisify(execFile);
const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgsign=false'];

/** A real repository in a temporary folder, with a data directory beside it. */
export interface TestRepository {
  folder: string;
  paths: DataPaths;
  git(...args: string[]): Promise<string>;
  write(files: Record<string, string>): Promise<void>;
  /** Writes, and commits everything that is there. */
  commit(files: Record<string, string>): Promise<void>;
  /** Makes every reading fail, until it is connected again. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
}

export async function withRepository(use: (repository: TestRepository) => Promise<void>): Promise<void> {
  const repository = await createRepository();
  try {
    await use(repository);
  } finally {
    await removeRepository(repository);
  }
}

export async function removeRepository({ folder }: TestRepository): Promise<void> {
  await rm(dirname(folder), { recursive: true, force: true });
}

export async function createRepository(): Promise<TestRepository> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'continuo-tracker-')));
  const folder = join(top, 'shop');
  const git = async (...args: string[]) => {
    const { stdout } = await run('git', ['-C', folder, ...identity, ...args], { maxBuffer: 1e8 });
    return stdout;
  };
  const write = async (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  };
  await run('git', ['init', '-q', '-b', 'main', folder]);

  const repository: TestRepository = {
    folder,
    paths: dataPaths(join(top, 'data')),
    git,
    write,
    async commit(files) {
      await write(files);
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', 'change');
    },
    disconnect: () => rename(join(folder, '.git'), join(folder, '.gone')),
    reconnect: () => rename(join(folder, '.gone'), join(folder, '.git')),
  };
  return repository;
}

/** The configuration of a workflow file in the repository's folder. */
export function configOf({ folder }: TestRepository, parts: Record<string, string> = {}): Config {
  return parseConfig(join(folder, 'WORKFLOW.md'), workflowText(parts), {});
}
