import type { Mirror, MirrorPlace } from './mirror.js';
import { openMirror } from './mirror.js';

/** The committed files of a repository: the mirror is opened when it is needed first. */
export function openCommittedFiles(
  place: MirrorPlace,
): Pick<Mirror, 'fetch' | 'resolve' | 'listFiles' | 'readFiles'> {
  let opened: Promise<Mirror> | null = null;
  const mirror = () => (opened ??= openMirror(place));
  return {
    fetch: async (signal) => (await mirror()).fetch(signal),
    resolve: async (ref) => (await mirror()).resolve(ref),
    listFiles: async (commit, folder) => (await mirror()).listFiles(commit, folder),
    readFiles: async (commit, paths) => (await mirror()).readFiles(commit, paths),
  };
}
