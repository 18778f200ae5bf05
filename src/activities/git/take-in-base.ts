import type { Config } from '../../config/config.js';
import type { LandingEntry, TakenIn } from '../../domain/landing.js';
import type { HostDeps } from '../host.js';
import { hostGitOf, offerToWorkspace } from './entry-workspace.js';
import type { Merged } from './merge-trees.js';
import { mergeTrees } from './merge-trees.js';
import { openMirror } from './mirror.js';
import { lostStart } from './moved-back.js';
import { pick } from './pick.js';

/** Work and what it is put on. */
export interface Joining {
  gitDir: string;
  entry: LandingEntry;
  /** The head of the base, or the top of a stack. */
  tip: string;
  /** Where the work starts, when the base does not have that commit any more. */
  start: string | null;
}

/** All of the work on top of what it is put on. */
export function mergeWork({ gitDir, tip, entry, start }: Joining): Promise<Merged> {
  return start === null
    ? mergeTrees(gitDir, tip, entry.sha)
    : pick(gitDir, { sha: entry.sha, parent: start }, tip);
}

export interface TakeIn {
  deps: HostDeps;
  config: Config;
  entry: LandingEntry;
  /** The base that the entry was put on last, so the mirror has it. */
  baseSha: string;
}

/**
 * Puts a newer base into the files of an entry's workspace, so that its agent sees what fails only together with that
 * one. The next checkpoint takes it in, as it does with a conflict that was solved.
 */
export async function takeInBase({ deps, config, entry, baseSha }: TakeIn): Promise<TakenIn> {
  const { gitDir } = await openMirror({ paths: deps.paths, config });
  const start = await lostStart(gitDir, { entry, workspace: hostGitOf({ deps, entry }), tip: baseSha });
  const merged = await mergeWork({ gitDir, entry, tip: baseSha, start });
  // Single commits may fit where the work as a whole does not.
  const files = merged.kind === 'conflict' ? merged.files : [];
  const problem = await offerToWorkspace({ deps, entry }, { tree: merged.tree, baseSha, files });
  return problem === null ? { kind: 'taken', conflicts: files } : { kind: 'left', message: problem };
}
