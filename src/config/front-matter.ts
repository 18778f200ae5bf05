import { LineCounter, parseDocument } from 'yaml';
import { describe } from './describe.js';

/** Where the YAML of a Markdown file stands in its text. Offsets are in UTF-16 units. */
export type FrontMatterSplit =
  | { kind: 'none' }
  | { kind: 'unterminated' }
  | { kind: 'found'; yaml: string; yamlStart: number; bodyStart: number };

/**
 * Finds the front matter (SPEC 5.2): the first line is exactly `---`, and the next line that is
 * exactly `---` ends it. LF and CRLF both end a line; a byte order mark may come first.
 */
export function splitFrontMatter(text: string): FrontMatterSplit {
  const opening = /^\uFEFF?---\r?(?:\n|$)/.exec(text);
  if (opening === null) return { kind: 'none' };

  const yamlStart = opening[0].length;
  const rest = text.slice(yamlStart);
  const closing = /(?:^|\n)(---\r?(?:\n|$))/.exec(rest);
  const line = closing?.[1];
  if (closing === null || line === undefined) return { kind: 'unterminated' };

  const closingStart = closing.index + closing[0].length - line.length;
  return {
    kind: 'found',
    yaml: rest.slice(0, closingStart),
    yamlStart,
    bodyStart: yamlStart + closingStart + line.length,
  };
}

export type YamlMap =
  | { kind: 'map'; value: Record<string, unknown> }
  | { kind: 'not_a_map'; found: string }
  | { kind: 'broken'; line: number; message: string };

/** The front matter begins on the second line of its file. */
const firstLine = 2;

/** Reads front matter as YAML 1.2 (core schema, no repeated keys). Empty front matter is an empty map. */
export function readYamlMap(yaml: string): YamlMap {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line + firstLine - 1;
    return { kind: 'broken', line, message: error.message };
  }
  return asMap(() => document.toJS());
}

function asMap(read: () => unknown): YamlMap {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    // Aliases without an anchor, and aliases that would blow the document up.
    return {
      kind: 'broken',
      line: firstLine,
      message: error instanceof Error ? error.message : String(error),
    };
  }
  if (value === null || value === undefined) return { kind: 'map', value: {} };
  return isMap(value) ? { kind: 'map', value } : { kind: 'not_a_map', found: describe(value) };
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
