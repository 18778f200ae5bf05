import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

let prefix: Promise<string[]> | undefined;

/**
 * The words to put before a command so that the kernel kills the program together with this
 * process; none where the system has no such thing. Asked once in the life of a process.
 */
export function diesWithUs(): Promise<string[]> {
  prefix ??= probe(['setpriv', '--pdeathsig', 'KILL', '--']);
  return prefix;
}

function probe(words: string[]): Promise<string[]> {
  const [program = '', ...args] = words;
  return new Promise((done) => {
    execFile(program, [...args, 'true'], (error) => done(error === null ? words : []));
  });
}

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
