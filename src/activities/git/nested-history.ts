import { cp, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCode } from './error-code.js';
import { findNested } from './nested.js';

/**
 * Moves the `.git` of each repository inside a workspace into the run directory: checkpoints have the files,
 * but not their history. What an earlier workspace left there stays. Throws when one cannot be moved.
 */
export async function keepNestedHistory(workspace: string, runPath: string): Promise<void> {
  for (const path of await findNested(workspace)) {
    const kept = await freePath(join(runPath, 'nested', path, 'git'));
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
    await move(join(workspace, path, '.git'), kept);
  }
}

/** The path itself, or with a number when something is there. */
async function freePath(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    if (!(await exists(candidate))) return candidate;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Copies to another disk: the whole, or nothing. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error;
    const draft = `${to}.draft`;
    await rm(draft, { recursive: true, force: true });
    await cp(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(draft, to);
  }
}
