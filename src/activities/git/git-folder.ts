import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, utimes, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface GitFolder {
  /** Full name of the ref that HEAD stands for. */
  head: string;
  /** Commits by full ref name. */
  refs: Record<string, string>;
  /** Lines of the `[section]` kind for the `config` file. */
  settings?: string;
  /** An object directory to borrow from; without one the folder has to get its objects itself. */
  alternate?: string;
}

const format = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tlogallrefupdates = true\n';
/** As many small files as this are copied at once. */
const batch = 32;

/** Makes a git directory by plain file writes: no git runs, so nothing that lies around is read. */
export async function writeGitFolder(dir: string, folder: GitFolder): Promise<void> {
  for (const name of ['info', 'pack']) {
    await mkdir(join(dir, 'objects', name), { recursive: true, mode: 0o700 });
  }
  await mkdir(join(dir, 'refs'), { recursive: true });
  await writeFile(join(dir, 'HEAD'), `ref: ${folder.head}\n`);
  await writeFile(join(dir, 'config'), `${format}\tbare = false\n${folder.settings ?? ''}`);
  for (const [ref, commit] of Object.entries(folder.refs)) {
    await mkdir(dirname(join(dir, ref)), { recursive: true });
    await writeFile(join(dir, ref), `${commit}\n`);
  }
  if (folder.alternate !== undefined) {
    await writeFile(join(dir, 'objects', 'info', 'alternates'), `${folder.alternate}\n`);
  }
}

/**
 * Copies all objects of one git directory into another. Copies are files of their own (where the
 * disk can, they share blocks until one is written to), never hard links.
 */
export async function copyObjects(from: string, to: string): Promise<void> {
  const source = join(from, 'objects');
  const folders = (await readdir(source)).filter((name) => name === 'pack' || /^[0-9a-f]{2}$/.test(name));
  for (const folder of folders) {
    await mkdir(join(to, 'objects', folder), { recursive: true });
    const names = (await readdir(join(source, folder))).filter(isObjectFile);
    for (let at = 0; at < names.length; at += batch) {
      await Promise.all(
        names
          .slice(at, at + batch)
          .map((name) => copy(join(source, folder, name), join(to, 'objects', folder, name))),
      );
    }
  }
  await copyShallow(from, to);
}

/** A shallow repository lists where its history ends. */
export async function copyShallow(from: string, to: string): Promise<void> {
  if (existsSync(join(from, 'shallow'))) await copy(join(from, 'shallow'), join(to, 'shallow'));
}

/** Copies an index together with its time: git compares it with the times of files. */
export async function copyIndex(from: string, to: string): Promise<void> {
  await copy(from, to);
  const { atime, mtime } = await stat(from);
  await utimes(to, atime, mtime);
}

function copy(from: string, to: string): Promise<void> {
  return copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** Packs with what belongs to each one, and loose objects; not the indexes over several packs. */
function isObjectFile(name: string): boolean {
  return /^pack-.*\.(pack|idx|rev)$/.test(name) || /^[0-9a-f]{38,62}$/.test(name);
}
