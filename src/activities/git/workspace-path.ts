import { lstat, mkdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { workspaceKey } from './keys.js';

/** There cannot be a workspace at this place before a person acts. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
}

/**
 * The absolute path of an issue's workspace, strictly inside the root with all links resolved
 * (SPEC 9.1, 9.5). Makes the root. Throws `WorkspaceError` where something stands at the place that is no
 * folder, such as a file or a link: it is left alone.
 */
export async function locateWorkspace(root: string, identifier: string): Promise<string> {
  const key = workspaceKey(identifier);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const realRoot = await realpath(root);
  const path = join(realRoot, key);

  const info = await lstat(path).catch(() => null);
  if (info !== null && !info.isDirectory()) {
    const what = info.isSymbolicLink() ? 'a link' : 'not a folder';
    throw new WorkspaceError(`${path} is ${what}: move it away, so that the workspace can be made there`);
  }
  const real = info === null ? path : await realpath(path);
  if (!isStrictlyInside(realRoot, real)) throw new WorkspaceError(`${real} is not inside ${realRoot}`);
  return path;
}

/** Throws `WorkspaceError` unless the workspace is still the folder that was made: an agent may have put a link there. */
export async function requireWorkspace(path: string): Promise<void> {
  const real = await realpath(path).catch(() => null);
  if (real === path && (await lstat(path)).isDirectory()) return;
  throw new WorkspaceError(
    `the workspace ${path} is ${real === null ? 'gone' : 'not the folder any more that was made'}: nothing of it is saved or run`,
  );
}

function isStrictlyInside(root: string, path: string): boolean {
  const inner = relative(root, path);
  return inner !== '' && inner !== '..' && !inner.startsWith('../') && !isAbsolute(inner);
}
