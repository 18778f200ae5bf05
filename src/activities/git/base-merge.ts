import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import { runGit, tryGit } from './git.js';
import type { HostGit } from './host-git.js';
import { readFiles } from './objects.js';

const BaseMerge = z.object({ baseSha: z.string(), files: z.array(z.string()) });

/** A newer base that was merged into the files of a workspace, with conflicts that the agent is to solve. */
export type BaseMerge = z.infer<typeof BaseMerge>;

interface Run {
  runPath: string;
}

/**
 * Puts the result of a merge, with marks where it conflicts, into the files of a workspace, which
 * must be as the checkpoint `head` left them. False when something was changed there meanwhile:
 * then nothing is touched. Repeating it does nothing more.
 */
export async function offerMerge(
  host: HostGit,
  { runPath }: Run,
  merge: BaseMerge & { head: string; tree: string },
): Promise<boolean> {
  const { head, tree, baseSha, files } = merge;
  const known = await readMerge({ runPath });
  if (known?.baseSha === baseSha && (await indexTree(host)) === tree) return true;
  const update = await tryGit(['read-tree', '-m', '-u', head, tree], host);
  if (update.exitCode !== 0) return false;
  await writeWhole(mergeFile(runPath), `${JSON.stringify({ baseSha, files })}\n`);
  return true;
}

export async function readMerge({ runPath }: Run): Promise<BaseMerge | null> {
  const text = await readFile(mergeFile(runPath), 'utf8').catch(() => null);
  return text === null ? null : BaseMerge.parse(JSON.parse(text));
}

export async function forgetMerge({ runPath }: Run): Promise<void> {
  await rm(mergeFile(runPath), { force: true });
}

/** Files of the merge in which marks of a conflict are left. */
export async function unsolvedFiles(host: HostGit, tree: string, merge: BaseMerge): Promise<string[]> {
  const texts = await readFiles(host.gitDir, tree, merge.files);
  return [...texts].filter(([, text]) => /^(<{7}|>{7}) /m.test(text)).map(([path]) => path);
}

async function indexTree(host: HostGit): Promise<string> {
  return (await runGit(['write-tree'], host)).trim();
}

function mergeFile(runPath: string): string {
  return join(runPath, 'merge.json');
}
