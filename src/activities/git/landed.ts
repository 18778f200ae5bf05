import type { LandingCandidate, LandingEntry } from '../../domain/landing.js';
import { runGit } from './git.js';
import { changeTrailer, taskName, taskTrailer } from './message.js';
import { isAncestor, mergeBase } from './objects.js';

/**
 * The commit by which the base holds this very checkpoint already, also when the base has moved on
 * since, or null. A landed commit says in its trailers what it brings: an answer that got lost, or
 * an entry that was asked for twice, must not land a second time.
 */
export async function findLanded(
  gitDir: string,
  entry: Pick<LandingEntry, 'project' | 'identifier' | 'sha'>,
  tip: string,
): Promise<LandingCandidate | null> {
  const sha = await findByTrailers(gitDir, entry, tip);
  if (sha !== null) return { sha, baseSha: await parentOf(gitDir, sha) };
  // Somebody has merged the checkpoint by hand.
  if (!(await isAncestor(gitDir, entry.sha, tip))) return null;
  return { sha: entry.sha, baseSha: await parentOf(gitDir, entry.sha) };
}

async function findByTrailers(
  gitDir: string,
  { project, identifier, sha }: Pick<LandingEntry, 'project' | 'identifier' | 'sha'>,
  tip: string,
): Promise<string | null> {
  const value = (key: string) => `%(trailers:key=${key},valueonly,unfold,separator=%x00)`;
  const format = `--format=%H%x00${value(changeTrailer)}%x00${value(taskTrailer)}`;
  const fork = await mergeBase(gitDir, sha, tip);
  const range = fork === null ? [tip] : [tip, `^${fork}`];
  const args = ['log', format, '--fixed-strings', `--grep=${changeTrailer}: ${sha}`, ...range, '--'];
  for (const line of (await runGit(args, { gitDir })).split('\n')) {
    const [commit = '', change, task] = line.split('\0');
    if (change === sha && task === taskName(project, identifier)) return commit;
  }
  return null;
}

async function parentOf(gitDir: string, commit: string): Promise<string> {
  return (await runGit(['rev-parse', `${commit}^1`], { gitDir })).trim();
}
