import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The absolute path of a program, looked up as the program's own environment would; null when there is none. */
export function findProgram(name: string, cwd: string, path: string | undefined): string | null {
  const folders = name.includes('/') ? [''] : (path ?? '/usr/bin:/bin').split(delimiter);
  return folders.map((folder) => resolve(cwd, join(folder, name))).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
