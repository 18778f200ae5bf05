import type { Colors } from './output.js';

/** Lines that a patch adds to and removes from one file. */
export interface FileChange {
  path: string;
  added: number;
  removed: number;
  binary: boolean;
}

/** Counts the lines of each file of a git patch. */
export function patchStat(patch: string): FileChange[] {
  const changes: FileChange[] = [];
  let inHunk = false;
  for (const line of patch.split('\n')) {
    const path = /^diff --git (?:"?a\/.*?) "?b\/(.*?)"?$/.exec(line)?.[1];
    if (path !== undefined) {
      changes.push({ path, added: 0, removed: 0, binary: false });
      inHunk = false;
    }
    const change = changes.at(-1);
    if (change === undefined) continue;
    if (line.startsWith('@@')) inHunk = true;
    else if (inHunk && line.startsWith('+')) change.added += 1;
    else if (inHunk && line.startsWith('-')) change.removed += 1;
    else if (line.startsWith('Binary files ') || line === 'GIT binary patch') change.binary = true;
  }
  return changes;
}

/** Colours a patch as git does. */
export function colorPatch(patch: string, colors: Colors): string {
  return patch
    .split('\n')
    .map((line) => {
      if (/^(diff |index |--- |\+\+\+ |new file|deleted file|rename |similarity )/.test(line))
        return colors.bold(line);
      if (line.startsWith('@@')) return colors.cyan(line);
      if (line.startsWith('+')) return colors.green(line);
      return line.startsWith('-') ? colors.red(line) : line;
    })
    .join('\n');
}
