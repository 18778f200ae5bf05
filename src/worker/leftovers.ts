import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../activities/host.js';
import { checksIdentity, programIdentity } from '../activities/keeper/identity.js';
import { endLeftover } from '../activities/keeper/program.js';
import type { DataPaths } from '../config/paths.js';

/**
 * Ends the programs that a killed worker left in its run directories. Only while nobody else works
 * with the data directory.
 */
export async function endLeftovers({ runs }: Pick<DataPaths, 'runs'>, log: Logger): Promise<void> {
  for (const project of await listFolders(runs)) {
    for (const task of await listFolders(project)) {
      for (const identity of [programIdentity, checksIdentity]) {
        const ended = await endLeftover(join(task, identity));
        if (ended) log.warn('ended a program that a killed worker had left', { run: task });
      }
    }
  }
}

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}
