import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Kinds of agents whose program has the same name. */
const kinds = ['claude', 'codex'] as const;

/** The first agent of a known kind on PATH, or null. */
export async function findAgent(env: NodeJS.ProcessEnv): Promise<string | null> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const program of kinds) {
    const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))));
    if (found.some(Boolean)) return program;
  }
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
