import type { BareRepository } from '../bare-repository.js';
import type { Side } from '../world.js';

export interface ChangedFile {
  path: string;
  previousPath: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  blob: string;
  /** Null of what is no text. */
  patch: string | null;
  additions: number;
  deletions: number;
}

const statuses: Record<string, ChangedFile['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
};

/** What has changed between two commits, as git tells it. */
export async function changedFiles(git: BareRepository, from: string, to: string): Promise<ChangedFile[]> {
  const raw = await git.git(['diff', '-M', '--raw', '--no-abbrev', '-z', from, to]);
  const words = raw.split('\0').filter((word) => word !== '');
  const files: ChangedFile[] = [];
  while (words.length > 0) {
    const [, , before = '', after = '', letter = ''] = (words.shift() ?? '').split(' ');
    const status = statuses[letter.charAt(0)] ?? 'changed';
    const first = words.shift() ?? '';
    const path = status === 'renamed' ? (words.shift() ?? '') : first;
    const patch = await patchOf(git, [from, to, '--', first, path]);
    files.push({
      path,
      previousPath: status === 'renamed' ? first : null,
      status,
      blob: status === 'removed' ? before : after,
      patch,
      additions: count(patch, '+'),
      deletions: count(patch, '-'),
    });
  }
  return files;
}

async function patchOf(git: BareRepository, argv: string[]): Promise<string | null> {
  const { stdout } = await git.attempt(['diff', '-M', ...argv]);
  const text = stdout.toString();
  const start = text.indexOf('\n@@ ');
  return start === -1 ? null : text.slice(start + 1).replace(/\n$/, '');
}

function count(patch: string | null, sign: '+' | '-'): number {
  return (patch ?? '').split('\n').filter((line) => line.startsWith(sign)).length;
}

/** The hunk of a patch down to a line of it; null when the line is not part of the diff. */
export function hunkAt(patch: string | null, line: number, side: Side): string | null {
  let hunk: string[] = [];
  const at = { LEFT: 0, RIGHT: 0 };
  for (const text of (patch ?? '').split('\n')) {
    const [, left, right] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text) ?? [];
    if (left !== undefined) {
      hunk = [text];
      at.LEFT = Number(left);
      at.RIGHT = Number(right);
      continue;
    }
    hunk.push(text);
    const isOn = { LEFT: /^[ -]/.test(text), RIGHT: /^[ +]/.test(text) };
    if (isOn[side] && at[side] === line) return hunk.join('\n');
    if (isOn.LEFT) at.LEFT += 1;
    if (isOn.RIGHT) at.RIGHT += 1;
  }
  return null;
}
