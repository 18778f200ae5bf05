import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostDeps, Logger } from '../../../src/activities/host.js';
import type { Config } from '../../../src/config/config.js';
import { loadConfig } from '../../../src/config/load.js';
import { openConfigStore } from '../../../src/config/store.js';
import type { Known } from '../../../src/domain/project.js';
import { workflowText } from '../../config/workflow-file.js';
import type { TestRepository } from './repository.js';
import { createRepository, removeRepository } from './repository.js';

/** A repository with a workflow file, and a host that has read it. */
export interface World {
  repository: TestRepository;
  config: Config;
  deps: HostDeps;
  logged: string[];
  /** Exchanges the workflow file's text. */
  rewrite: (text: string) => Promise<void>;
  /** What a project knows that has just started with this configuration. */
  nothingKnown: (changes?: Partial<Known>) => Known;
}

export async function withWorld(use: (world: World) => Promise<void>): Promise<void> {
  const repository = await createRepository();
  try {
    const file = join(repository.folder, 'WORKFLOW.md');
    const rewrite = (text: string) => writeFile(file, text);
    await rewrite(workflowText({ polling: '{ interval_ms: 50 }' }));
    await repository.commit({ 'README.md': 'A shop.' });
    const config = await loadConfig(file, {});
    const { paths } = repository;
    const configs = openConfigStore(paths, {});
    await configs.put(config);
    const logged: string[] = [];
    const log = recording(logged);
    await use({
      repository,
      config,
      logged,
      rewrite,
      deps: { host: 'host', paths, env: {}, configs, log },
      nothingKnown: (changes) => ({
        configHash: config.hash,
        tasks: {},
        settled: {},
        dispatching: true,
        problems: [],
        ...changes,
      }),
    });
  } finally {
    await removeRepository(repository);
  }
}

function recording(lines: string[]): Logger {
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
