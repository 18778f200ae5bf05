/** GitHub takes 65,536 characters. */
const longestBody = 60_000;

/** What was done once for a change, and is not done again when a person has undone it. */
export type Done = 'labelled' | 'asked';
const all: readonly Done[] = ['labelled', 'asked'];

const firstLine = /^<!-- continuo:change((?: [a-z]+)*) -->\r?\n/;

/** What the text of a pull request says that was done. */
export function doneIn(body: string | null | undefined): Done[] {
  const words = firstLine.exec(body ?? '')?.[1]?.split(' ') ?? [];
  return all.filter((one) => words.includes(one));
}

export interface Text {
  body: string;
  /** The issue that the merge closes, as `owner/name#1`; null where it closes none. */
  closes: string | null;
  done: readonly Done[];
}

/** The text of a pull request: a line that people do not see, what the task says, and what closes the issue. */
export function textOf({ body, closes, done }: Text): string {
  const mark = ['<!-- continuo:change', ...done, '-->'].join(' ');
  const end = closes === null ? '' : `\n\nCloses ${closes}`;
  return `${mark}\n${shorten(body.trimEnd(), longestBody)}${end}\n`;
}

/** GitHub may give the ends of lines back as a browser writes them. */
export function isSameText(one: string | null | undefined, other: string): boolean {
  return plain(one ?? '') === plain(other);
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}

export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
