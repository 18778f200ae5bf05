import type { Colors } from '../output.js';
import { visible } from '../visible.js';
import type { Match } from './match-lines.js';
import { matchLines, withoutReturn } from './match-lines.js';
import type { Hunk, PatchLine } from './parse.js';

export interface HunkView {
  colors: Colors;
  /** Whether changed words are marked inside changed lines. */
  words: boolean;
  /** What is to stand beneath a line of the new file. */
  beneath: (line: number) => string[];
}

/** The lines of a hunk as people read them, in one pass. */
export function* showHunk({ heading, newStart, lines }: Hunk, view: HunkView): Generator<string> {
  const { colors } = view;
  const matches = matchLines(lines, view.words);
  let number = newStart;
  let context: PatchLine | null = null;

  yield colors.cyan(visible(heading));
  for (const line of lines) {
    const match = matches.get(line) ?? null;
    const returned = showsReturn(line, match?.partner ?? null, context);
    yield showLine(line, match, returned, colors);
    if (line.unended) yield colors.dim('\\ No newline at end of file');
    if (line.kind === 'context') context = line;
    if (line.kind === 'removed') continue;
    yield* view.beneath(number);
    number += 1;
  }
}

/**
 * Whether the carriage return at the end of a line is part of what changes: the line that it replaces, or
 * else the one before it, ends in another way.
 */
function showsReturn(line: PatchLine, partner: PatchLine | null, context: PatchLine | null): boolean {
  if (line.kind === 'context' || !endsWithReturn(line)) return false;
  const other = partner ?? (line.kind === 'added' ? context : null);
  return other !== null && !endsWithReturn(other);
}

function endsWithReturn({ text }: PatchLine): boolean {
  return text.endsWith('\r');
}

function showLine(line: PatchLine, match: Match | null, returned: boolean, colors: Colors): string {
  const parts = match?.parts() ?? [{ text: withoutReturn(line.text), changed: false }];
  const shown = parts.map(({ text, changed }) => (changed ? colors.inverse(visible(text)) : visible(text)));
  const text = shown.join('') + (returned ? colors.inverse('^M') : '');
  switch (line.kind) {
    case 'added':
      return colors.green(`+${text}`);
    case 'removed':
      return colors.red(`-${text}`);
    case 'context':
      return ` ${text}`;
    default:
      return line.kind satisfies never;
  }
}
