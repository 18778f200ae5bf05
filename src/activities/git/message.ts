const longestSubject = 100;
const longestBody = 4_000;

export const taskTrailer = 'Continuo-Task';
const sessionTrailer = 'Continuo-Session';
/** The checkpoint that a landed commit brings: tells for ever what has landed. */
export const changeTrailer = 'Continuo-Change';

export interface Trailers {
  project: string;
  identifier: string;
  session: string | null;
  change?: string;
  /** People who wrote a part of it, as `Name <mail>`. */
  coAuthors?: readonly string[];
}

/**
 * A commit message: a subject of one line, the rest of the text, and trailers that name task and
 * session. Trailers are the last block, so nothing in the text can pass for one.
 */
export function commitMessage(text: string, trailers: Trailers): string {
  const [first = '', ...rest] = withoutControl(text).trim().split('\n');
  const subject = shorten(first.trim(), longestSubject) || trailers.identifier;
  const body = shorten(rest.join('\n').trim(), longestBody);
  return [subject, ...(body === '' ? [] : [body]), trailerLines(trailers).join('\n')].join('\n\n') + '\n';
}

/** Adds a trailer to a message that ends with trailers. */
export function withChange(message: string, change: string): string {
  return `${message.trimEnd()}\n${changeTrailer}: ${change}\n`;
}

/** Adds people who wrote a part of it to a message that ends with trailers. */
export function withCoAuthors(message: string, coAuthors: readonly string[]): string {
  return `${[message.trimEnd(), ...coAuthors.map(coAuthorLine)].join('\n')}\n`;
}

/** The value of the trailer that names a task. */
export function taskName(project: string, identifier: string): string {
  return oneLine(`${project}/${identifier}`);
}

function trailerLines({ project, identifier, session, change, coAuthors = [] }: Trailers): string[] {
  return [
    ...coAuthors.map(coAuthorLine),
    `${taskTrailer}: ${taskName(project, identifier)}`,
    ...(session === null ? [] : [`${sessionTrailer}: ${oneLine(session)}`]),
    ...(change === undefined ? [] : [`${changeTrailer}: ${change}`]),
  ];
}

function coAuthorLine(author: string): string {
  return `Co-authored-by: ${oneLine(author)}`;
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function withoutControl(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).trimEnd()}…`;
}
