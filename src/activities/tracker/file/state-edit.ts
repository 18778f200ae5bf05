import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parse, parseDocument, stringify } from 'yaml';
import { readYamlMap, splitFrontMatter } from '../../../config/front-matter.js';

/**
 * Sets `state` in a task file's front matter. Comments, order, line ends and the body stay as they
 * are; a file without front matter gets one. Null when the front matter cannot be read.
 */
export function setState(text: string, state: string): string | null {
  const split = splitFrontMatter(text);
  if (split.kind === 'unterminated') return null;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  if (split.kind === 'none') {
    const [mark = ''] = /^\uFEFF?/.exec(text) ?? [];
    return `${mark}---${lineEnd}state: ${plainOrQuoted(state)}${lineEnd}---${lineEnd}${text.slice(mark.length)}`;
  }
  const yaml = editYaml(split.yaml, state, lineEnd);
  if (yaml === null) return null;
  const { yamlStart } = split;
  return text.slice(0, yamlStart) + yaml + text.slice(yamlStart + split.yaml.length);
}

function editYaml(yaml: string, state: string, lineEnd: string): string | null {
  const before = readYamlMap(yaml);
  if (before.kind !== 'map') return null;
  const wanted = { ...before.value, state };

  // From the gentlest to the roughest; what counts is that every value is right afterwards.
  const ways = [
    () => (before.value.state === state ? yaml : null),
    () => replaceValue(yaml, state),
    () => `${yaml}state: ${plainOrQuoted(state)}${lineEnd}`,
    () => rewrite(yaml, state).replace(/\r?\n/g, lineEnd),
  ];
  for (const way of ways) {
    const edited = way();
    const after = edited === null ? null : readYamlMap(edited);
    if (after?.kind === 'map' && isDeepStrictEqual(after.value, wanted)) return edited;
  }
  return stringify(wanted).replace(/\r?\n/g, lineEnd);
}

/** Replaces the characters of the value alone; null when there is no such key, or it holds more than a word. */
function replaceValue(yaml: string, state: string): string | null {
  const { contents } = parseDocument(yaml);
  if (!isMap(contents)) return null;
  const value = contents.items.find((pair) => isScalar(pair.key) && pair.key.value === 'state')?.value;
  if (!isScalar(value)) return null;
  const [start, end] = value.range;
  const gap = start === end && !/\s/.test(yaml.charAt(start - 1)) ? ' ' : '';
  return yaml.slice(0, start) + gap + plainOrQuoted(state) + yaml.slice(end);
}

/** For the rare forms that cannot be edited in place, such as a map in braces. Comments stay. */
function rewrite(yaml: string, state: string): string {
  const document = parseDocument(yaml);
  document.set('state', state);
  return document.toString({ lineWidth: 0 });
}

/** A JSON text is a YAML text too. */
function plainOrQuoted(state: string): string {
  const plain = /^[A-Za-z][A-Za-z ]*[A-Za-z]$/.test(state) && parse(state) === state;
  return plain ? state : JSON.stringify(state);
}
