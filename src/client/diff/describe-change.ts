import { visible } from '../visible.js';
import type { FileChange } from './parse.js';

/** What happens to a file beside its lines, in a few words; empty for a change of lines only. */
export function describeChange(change: FileChange): string {
  const { binary, newMode, added, kind } = change;
  const words = [...fateOf(change), ...modeOf(change)];
  if (binary) words.push('binary');
  else if (kind === 'added' && added === 0 && newMode !== submodule) words.push('empty');
  return words.join(', ');
}

const submodule = '160000';
const ordinary = '100644';
const kinds: Record<string, string> = {
  '100755': 'executable',
  '120000': 'symbolic link',
  [submodule]: 'submodule',
};

function fateOf(change: FileChange): string[] {
  switch (change.kind) {
    case 'added':
      return ['new'];
    case 'deleted':
      return ['deleted'];
    case 'renamed':
      return [renameOf(change)];
    case 'modified':
      return [];
    default:
      return change.kind satisfies never;
  }
}

function renameOf({ path, oldPath, similarity }: FileChange): string {
  const from = visible(oldPath ?? '');
  const inCase = oldPath?.toLowerCase() === path.toLowerCase() ? ' in case only' : '';
  const share = similarity === null || similarity === 100 ? '' : `, ${similarity}% the same`;
  return `renamed${inCase} from ${from}${share}`;
}

function modeOf({ kind, oldMode, newMode }: FileChange): string[] {
  if (oldMode !== null && newMode !== null) return [`mode ${oldMode} → ${newMode}`];
  const mode = kind === 'added' ? newMode : oldMode;
  return mode === null || mode === ordinary ? [] : [kinds[mode] ?? `mode ${mode}`];
}
