import { namesOf, readGit, runGit, tryGit } from './git.js';

/** One file, link or submodule of a tree. */
export interface TreeEntry {
  mode: string;
  oid: string;
  path: string;
}

export const linkMode = '120000';
export const submoduleMode = '160000';

/** The commit that a ref or a short name stands for, or null. */
export async function resolveCommit(gitDir: string, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { exitCode, stdout } = await tryGit(args, { gitDir });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

export async function treeOf(gitDir: string, commit: string): Promise<string> {
  return (await runGit(['rev-parse', '--verify', `${commit}^{tree}`], { gitDir })).trim();
}

/** Everything below a folder of a commit or tree, at any depth; `.` is the top. */
export async function listTree(gitDir: string, tree: string, folder = '.'): Promise<TreeEntry[]> {
  const path = folder.replace(/^(\.?\/)+|\/+$/g, '');
  const below = path === '' || path === '.' ? [] : [`${path}/`];
  const output = await runGit(['ls-tree', '-r', '-z', '--full-tree', tree, '--', ...below], { gitDir });
  return namesOf(output).flatMap((line) => {
    const [, mode, oid, name] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return mode === undefined || oid === undefined || name === undefined ? [] : [{ mode, oid, path: name }];
  });
}

/** Paths of the regular files below a folder. */
export async function listFiles(gitDir: string, tree: string, folder: string): Promise<string[]> {
  const entries = await listTree(gitDir, tree, folder);
  return entries.filter(({ mode }) => mode.startsWith('100')).map(({ path }) => path);
}

/** Contents by name, where a name is an object id or `<tree>:<path>`; what is no blob is left out. */
export async function readBlobs(gitDir: string, names: readonly string[]): Promise<Map<string, Buffer>> {
  if (names.length === 0) return new Map();
  const output = await readGit(['cat-file', '--batch', '-z'], { gitDir, input: terminated(names) });
  const blobs = new Map<string, Buffer>();
  let at = 0;
  for (const name of names) {
    const found = /^[0-9a-f]+ (\w+) (\d+)$/.exec(headAt(output, at, name));
    at = lineEnd(output, at, name) + 1;
    if (found === null) continue;
    const size = Number(found[2]);
    if (found[1] === 'blob') blobs.set(name, output.subarray(at, at + size));
    at += size + 1;
  }
  return blobs;
}

/** Sizes in bytes by object id. */
export async function readSizes(gitDir: string, oids: readonly string[]): Promise<Map<string, number>> {
  if (oids.length === 0) return new Map();
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)', '-z'];
  const lines = (await runGit(args, { gitDir, input: terminated(oids) })).trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}

/** The texts of files of a commit or tree, by path; what is no file there is left out. */
export async function readFiles(
  gitDir: string,
  tree: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const blobs = await readBlobs(
    gitDir,
    paths.map((path) => `${tree}:${path}`),
  );
  return new Map(
    [...blobs].map(([name, content]) => [name.slice(tree.length + 1), content.toString('utf8')]),
  );
}

/** Whether a commit is another one or comes before it. */
export async function isAncestor(gitDir: string, earlier: string, later: string): Promise<boolean> {
  const { exitCode } = await tryGit(['merge-base', '--is-ancestor', earlier, later], { gitDir });
  return exitCode === 0;
}

/** The newest commit that both have in their history, or null. */
export async function mergeBase(gitDir: string, one: string, other: string): Promise<string | null> {
  const { exitCode, stdout } = await tryGit(['merge-base', one, other], { gitDir });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

function terminated(names: readonly string[]): string {
  return names.map((name) => `${name}\0`).join('');
}

/** A header line; for an object that is missing git repeats the name, which may hold line ends. */
function headAt(output: Buffer, at: number, name: string): string {
  return output.subarray(at, lineEnd(output, at, name)).toString('utf8');
}

function lineEnd(output: Buffer, at: number, name: string): number {
  const missing = Buffer.from(`${name} missing\n`);
  if (output.subarray(at, at + missing.length).equals(missing)) return at + missing.length - 1;
  const end = output.indexOf('\n', at);
  return end === -1 ? output.length : end;
}
