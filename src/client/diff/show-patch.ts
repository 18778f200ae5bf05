import type { Finding } from '../../domain/finding.js';
import { findingLines, placeOf } from '../finding-text.js';
import type { Colors } from '../output.js';
import { visible } from '../visible.js';
import { describeChange } from './describe-change.js';
import type { FilePatch } from './parse.js';
import { showHunk } from './show-hunk.js';

export interface PatchView {
  colors: Colors;
  /** Whether changed words are marked inside changed lines. */
  words: boolean;
  findings: readonly Finding[];
}

/** A patch as people read it, with each finding beneath its line; those that have no line here come last. */
export async function* showPatch(files: AsyncIterable<FilePatch>, view: PatchView): AsyncGenerator<string> {
  const rest = new Set(view.findings);
  for await (const file of files) {
    yield* showFile(file, view, rest);
    yield '';
  }
  if (rest.size > 0) yield view.colors.bold('Findings that are about nothing in this diff');
  for (const finding of rest) yield* elsewhere(finding, view.colors);
}

/** Takes out of `rest` what it has shown. */
function* showFile(
  { change, hunks }: FilePatch,
  { colors, words, findings }: PatchView,
  rest: Set<Finding>,
): Generator<string> {
  const about = findings.filter(
    ({ file }) => file !== null && (file === change.path || file === change.oldPath),
  );
  const beneath = (line: number) => {
    const here = about.filter((finding) => finding.line === line);
    return take(rest, here).flatMap((finding) => framed(findingLines(finding, colors), colors));
  };

  const what = describeChange(change);
  yield colors.bold(visible(change.path)) + (what === '' ? '' : `  ${colors.yellow(what)}`);
  for (const hunk of hunks) yield* showHunk(hunk, { colors, words, beneath });
  for (const finding of take(rest, about)) yield* elsewhere(finding, colors);
}

/** Those that were not taken before. */
function take(rest: Set<Finding>, findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => rest.delete(finding));
}

/** A finding that names no line, or one that the diff does not show. */
function elsewhere(finding: Finding, colors: Colors): string[] {
  return framed([`at ${placeOf(finding)}`, ...findingLines(finding, colors)], colors);
}

function framed(lines: string[], colors: Colors): string[] {
  return lines.map((line) => `${colors.yellow('  ┃')} ${line}`);
}
