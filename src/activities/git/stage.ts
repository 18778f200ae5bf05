import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOf, runGit } from './git.js';
import type { HostGit } from './host-git.js';
import { submoduleMode } from './objects.js';
import { firstFile } from './nested.js';
import { listNames } from './list-names.js';

export interface Staged {
  tree: string;
  /** What is in the work tree but not in the tree, or not as one might think. */
  notes: string[];
}

/**
 * Writes the work tree, as it is on the disk, into the host's index and returns its tree. Ignored files
 * stay out. Git is never let into a repository inside the work tree (that would run what its configuration
 * names): submodules are left as they were, and files of any other one count as plain files.
 */
export async function stageWorkTree(host: HostGit, signal?: AbortSignal): Promise<Staged> {
  const submodules = await keptSubmodules(host);
  const spared = new Set(submodules);
  await add(host, ['-u'], spared, signal);
  await dropLinks(host, submodules);

  const nested = await openNested(host, spared, signal);
  await add(host, ['-A'], spared, signal);
  await refuseLinks(host, submodules);

  const tree = (await runGit(['write-tree'], host)).trim();
  return { tree, notes: notesOn(nested, spared, submodules) };
}

/** Submodules of the index whose folder is still there; git would run in it to see what changed. */
async function keptSubmodules(host: HostGit): Promise<string[]> {
  const kept: string[] = [];
  for (const path of await linksInIndex(host)) {
    const info = await lstat(join(host.workTree, path)).catch(() => null);
    if (info?.isDirectory()) kept.push(path);
  }
  return kept;
}

async function linksInIndex(host: HostGit): Promise<string[]> {
  const entries = namesOf(await runGit(['ls-files', '--stage', '-z'], host));
  return entries
    .filter((line) => line.startsWith(submoduleMode))
    .map((line) => line.slice(line.indexOf('\t') + 1));
}

/** A file that has become a repository gets in as a link to a commit that nobody else has. */
async function dropLinks(host: HostGit, submodules: readonly string[]): Promise<void> {
  const added = (await linksInIndex(host)).filter((path) => !submodules.includes(path));
  if (added.length > 0) await updateIndex(host, ['--force-remove'], added);
}

/**
 * Makes git see the files of repositories inside the work tree: once one of them is in the index, the
 * folder is a plain folder for git. Returns the repositories; those without a file are spared.
 */
async function openNested(host: HostGit, spared: Set<string>, signal?: AbortSignal): Promise<string[]> {
  const nested: string[] = [];
  for (;;) {
    const others = namesOf(
      await runGit(['ls-files', '-z', '--others', '--exclude-standard'], { ...host, signal }),
    );
    for (const path of others.filter(isIllegal)) spared.add(path);
    const repositories = others.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1));
    const closed = repositories.filter((path) => !spared.has(path));
    if (closed.length === 0) return nested;

    for (const path of closed) {
      const file = await firstFile(host, path);
      if (file === null || nested.includes(path)) spared.add(path);
      else await updateIndex(host, ['--add'], [file]);
      if (!nested.includes(path)) nested.push(path);
    }
  }
}

/** Git refuses names that another system would take for `.git`. */
function isIllegal(path: string): boolean {
  return path.split('/').some((part) => /^(\.git|git~1)[. ]*(:.*)?$/i.test(part));
}

async function refuseLinks(host: HostGit, submodules: readonly string[]): Promise<void> {
  const links = (await linksInIndex(host)).filter((path) => !submodules.includes(path));
  if (links.length > 0)
    throw new Error(`repositories inside the workspace cannot be read: ${listNames(links)}`);
}

function add(
  host: HostGit,
  what: string[],
  spared: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<string> {
  const paths = ['.', ...[...spared].map((path) => `:(exclude,literal)${path}`)];
  const args = ['add', ...what, '--pathspec-from-file=-', '--pathspec-file-nul'];
  return runGit(args, { ...host, input: paths.join('\0'), signal });
}

function updateIndex(host: HostGit, what: string[], paths: readonly string[]): Promise<string> {
  return runGit(['update-index', ...what, '-z', '--stdin'], { ...host, input: paths.join('\0') });
}

function notesOn(nested: string[], spared: ReadonlySet<string>, submodules: readonly string[]): string[] {
  const plain = nested.filter((path) => !spared.has(path));
  const left = [...spared].filter((path) => !submodules.includes(path));
  return [
    ...(plain.length === 0
      ? []
      : [
          `repositories inside the workspace are saved as plain files, without their history: ${listNames(plain)}`,
        ]),
    ...(left.length === 0 ? [] : [`not saved, because git cannot take it: ${listNames(left)}`]),
  ];
}
