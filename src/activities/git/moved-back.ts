import type { LandingEntry } from '../../domain/landing.js';
import { runGit } from './git.js';
import type { HostGit } from './host-git.js';
import { changeTrailer, taskName, taskTrailer } from './message.js';
import { isAncestor } from './objects.js';

/** Work that is to be put on a base. */
interface Placing {
  entry: LandingEntry;
  /** The host's git directory of its workspace, where that is here. */
  workspace: HostGit | null;
  tip: string;
}

/**
 * The commit that the work of an entry is a change to, where the base has lost it: somebody has moved the
 * base back or rewritten it. A merge from an older common ancestor would bring back what they took out.
 * Null where the base has it.
 */
export async function lostStart(gitDir: string, { entry, workspace, tip }: Placing): Promise<string | null> {
  const newest = (await workspace?.refs())?.get('base');
  for (const start of [newest, entry.workspace.baseSha]) {
    if (start === undefined || !(await isAncestor(gitDir, start, entry.sha))) continue;
    return (await isAncestor(gitDir, start, tip)) ? null : start;
  }
  return null;
}

/** Whether the history of a checkpoint has commits that are neither in the base nor the task's own. */
export async function bringsBack(
  gitDir: string,
  { project, identifier, sha }: LandingEntry,
  tip: string,
): Promise<boolean> {
  const value = (key: string) => `%(trailers:key=${key},valueonly,unfold,separator=%x00)`;
  const format = `--format=${value(changeTrailer)}%x00${value(taskTrailer)}`;
  const output = await runGit(['log', format, sha, `^${tip}`, '--'], { gitDir });
  const own = `\0${taskName(project, identifier)}`;
  return output.split('\n').some((line) => line !== '' && line !== own);
}
