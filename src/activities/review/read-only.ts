import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const writeBits = 0o222;

/** Takes the right to write from everything in a folder, itself included. Links are not followed. */
export async function makeReadOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeReadOnly(path);
    else if (entry.isFile()) await dropWrite(path);
  }
  await dropWrite(folder);
}

async function dropWrite(path: string): Promise<void> {
  const { mode } = await lstat(path);
  await chmod(path, mode & 0o777 & ~writeBits);
}
