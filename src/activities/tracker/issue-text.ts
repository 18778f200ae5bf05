/** What the text of an issue says of its own bounds, for trackers and files that have no field for it. */
export interface TextBounds {
  /** Globs below a heading `Scope`. */
  scope: string[];
  /** The list below a heading `Acceptance criteria`. */
  acceptance: string[];
}

const acceptanceHeading = /^acceptance(?: criteria)?:?$/i;
const scopeHeading = /^scope:?$/i;
const listItem = /^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)$/;
/** One word, or anything in a code span: `src/login/**`. */
const globItem = /^(?:`([^`]+)`|([^\s`]+))$/;

/** Reads the lists that bound the work from an issue's Markdown. */
export function readTextBounds(text: string): TextBounds {
  const listed = itemsBelow(text, scopeHeading).map((item) => globItem.exec(item));
  // A scope in plain words is for the reader: taken for globs it would forbid everything.
  const scope = listed.every((match) => match !== null)
    ? listed.map((match) => match[1] ?? match[2] ?? '')
    : [];
  return { scope, acceptance: itemsBelow(text, acceptanceHeading) };
}

/** The text of the first Markdown heading that has any. */
export function firstHeading(text: string): string | null {
  for (const line of proseOf(text)) {
    const heading = headingOf(line);
    if (heading) return heading;
  }
  return null;
}

function itemsBelow(text: string, wanted: RegExp): string[] {
  const items: string[] = [];
  let isBelow = false;
  for (const line of proseOf(text)) {
    const heading = headingOf(line);
    const [, item] = listItem.exec(line) ?? [];
    const last = items.length - 1;
    if (heading !== null) isBelow = wanted.test(heading);
    else if (!isBelow) continue;
    else if (item !== undefined) items.push(item.trim());
    // An indented line goes on with the item above it.
    else if (last >= 0 && /^\s+\S/.test(line)) items[last] = `${items[last] ?? ''} ${line.trim()}`;
  }
  return items;
}

/** The lines outside of code blocks. */
function proseOf(text: string): string[] {
  let isFenced = false;
  return text.split(/\r?\n/).filter((line) => {
    const isFence = /^ {0,3}(?:```|~~~)/.test(line);
    if (isFence) isFenced = !isFenced;
    return !isFenced && !isFence;
  });
}

/** The text of a heading, which may be empty; null for any other line. */
function headingOf(line: string): string | null {
  const text = /^ {0,3}#{1,6}(?:[ \t]+(.*))?$/.exec(line);
  if (text === null) return null;
  return (text[1] ?? '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/ #+ ?$/, '')
    .trim();
}
