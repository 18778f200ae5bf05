import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { namesOf, runGit } from '../git/git.js';
import { clearPath } from './clear-path.js';
import { changedPackageFields, isPackageFile, restorePackageFields } from './package-fields.js';
import { protectedMatcher } from './protected.js';

export interface OverlayInput {
  config: Config;
  /** A git directory that has both commits. It is only read. */
  gitDir: string;
  /** The clean checkout of `sha`, in which no program has run yet. */
  checkout: string;
  sha: string;
  baseSha: string;
}

interface ChangedFile {
  path: string;
  /** As `git diff --name-status` has it: added, deleted, modified, or another type of file. */
  status: string;
}

/**
 * Puts the base's version of everything protected into a checkout, so that work is not judged by
 * rules which it changed itself: changed files get their old content, deleted ones come back, added ones
 * go, and a `package.json` gets its protected fields back. Returns what was replaced, in the words of
 * `protectedPaths`.
 */
export async function overlayProtected(input: OverlayInput): Promise<string[]> {
  const changed = await changedFiles(input);
  const isProtected = protectedMatcher(input.config);
  // A manifest that is gone, or is a link now, has lost its fields as a whole.
  const whole = changed.filter(
    ({ path, status }) => isProtected(path) || (isPackageFile(path) && ['D', 'T'].includes(status)),
  );
  const manifests = changed.filter(
    ({ path, status }) => !isProtected(path) && isPackageFile(path) && status === 'M',
  );

  // Files go first: one may stand where the base has a folder.
  for (const { path, status } of whole) if (status === 'A') await clearPath(input.checkout, path);
  const restored = whole.filter(({ status }) => status !== 'A').map(({ path }) => path);
  await restoreFiles(input, restored);
  const fields: string[] = [];
  for (const { path } of manifests) fields.push(...(await restoreManifest(input, path)));

  return [...whole.map(({ path }) => path), ...fields].sort();
}

async function changedFiles({ gitDir, baseSha, sha }: OverlayInput): Promise<ChangedFile[]> {
  const args = ['diff', '--name-status', '-z', '--no-renames', baseSha, sha];
  const words = namesOf(await runGit(args, { gitDir }));
  return words.flatMap((status, index) => {
    const path = words[index + 1];
    return index % 2 === 0 && path !== undefined ? [{ status, path }] : [];
  });
}

async function restoreFiles(input: OverlayInput, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  const { gitDir, checkout: workTree, baseSha } = input;
  // git itself clears links, files and folders out of the way, and follows none of them.
  // Neither the mirror's index nor the checkout's own may change.
  const indexFile = join(workTree, '.git', 'overlay-index');
  await runGit(
    ['--literal-pathspecs', 'checkout', '--force', baseSha, '--pathspec-from-file=-', '--pathspec-file-nul'],
    { gitDir, workTree, indexFile, input: paths.join('\0') },
  );
  await rm(indexFile);
}

async function restoreManifest(
  { gitDir, checkout, baseSha, sha }: OverlayInput,
  path: string,
): Promise<string[]> {
  const file = join(checkout, path);
  if (!(await lstat(file)).isFile()) return [];
  const read = (commit: string) => runGit(['cat-file', 'blob', `${commit}:${path}`], { gitDir });
  const [base, changed] = await Promise.all([read(baseSha), read(sha)]);
  const restored = restorePackageFields(base, changed);
  if (restored === null) return [];
  await writeFile(file, restored);
  return changedPackageFields(base, changed).map((field) => `${path}#${field}`);
}
