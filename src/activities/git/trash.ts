import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readlink, rename, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataPaths } from '../../config/paths.js';
import { isCode } from './error-code.js';

type TrashPlace = Pick<DataPaths, 'trash'>;

/** A folder beside workspaces on another disk than the data; no workspace can have this name. */
const besideName = 'trash@continuo';

/**
 * Takes a file or folder away at once, by renaming it into the trash: deleting many files takes long, and
 * slows down what is written next. Does nothing when it is not there. On another disk than the
 * data the trash is a folder beside it, which a link in the data directory's trash names.
 */
export async function moveToTrash(paths: TrashPlace, path: string): Promise<void> {
  const info = await lstat(path).catch(() => null);
  if (info === null) return;
  if (!info.isDirectory()) return rm(path);

  // A folder that cannot be written to cannot be moved either.
  if ((info.mode & 0o700) !== 0o700) await chmod(path, 0o700);
  await mkdir(paths.trash, { recursive: true, mode: 0o700 });
  const name = randomUUID();
  try {
    await rename(path, join(paths.trash, name));
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error;
    const beside = join(dirname(path), besideName);
    await mkdir(beside, { recursive: true, mode: 0o700 });
    await symlink(join(beside, name), join(paths.trash, name));
    await rename(path, join(beside, name));
  }
}

/** Deletes what is in the trash. To be called when nothing else goes on. */
export async function emptyTrash(paths: TrashPlace): Promise<void> {
  const names = await readdir(paths.trash).catch(() => []);
  for (const name of names) {
    const path = join(paths.trash, name);
    if ((await lstat(path)).isSymbolicLink()) {
      await remove(await readlink(path));
      await unlink(path);
    } else {
      await remove(path);
    }
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!isCode(error, 'EACCES') && !isCode(error, 'EPERM')) throw error;
    await makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Package caches write-protect their folders. Links are not followed. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
