import { nameInHeading, readName } from './file-name.js';

/** What a patch does to one file. */
export interface FileChange {
  path: string;
  kind: 'added' | 'deleted' | 'modified' | 'renamed';
  /** Only of a renamed file: its name before, and how much of it is the same, in percent. */
  oldPath: string | null;
  similarity: number | null;
  /** Git's modes, such as `100755`, where the patch adds, removes or changes one. */
  oldMode: string | null;
  newMode: string | null;
  /** Lines; zero for what is not text. */
  added: number;
  removed: number;
  binary: boolean;
}

/** A line without its mark and its line feed; a carriage return at its end is still there. */
export interface PatchLine {
  kind: 'context' | 'added' | 'removed';
  text: string;
  /** It is the last one of a file that does not end with a line feed. */
  unended: boolean;
}

export interface Hunk {
  /** `@@ -1,2 +1,3 @@` and what git says of the place. */
  heading: string;
  /** The number of its first line in the new file. */
  newStart: number;
  lines: PatchLine[];
}

export interface FilePatch {
  change: FileChange;
  hunks: Hunk[];
}

/** Reads a patch of git, file by file, in one pass over its lines. What it does not know is passed over. */
export async function* parsePatch(batches: AsyncIterable<string[]>): AsyncGenerator<FilePatch> {
  let file: FilePatch | null = null;
  for await (const lines of batches) {
    for (const line of lines) {
      if (line.startsWith('diff --git ')) {
        if (file !== null) yield file;
        file = openFile(nameInHeading(line));
      } else if (file !== null) readLine(file, line);
    }
  }
  if (file !== null) yield file;
}

function openFile(path: string): FilePatch {
  const change: FileChange = {
    path,
    kind: 'modified',
    oldPath: null,
    similarity: null,
    oldMode: null,
    newMode: null,
    added: 0,
    removed: 0,
    binary: false,
  };
  return { change, hunks: [] };
}

function readLine({ change, hunks }: FilePatch, line: string): void {
  // Every line of a file's content has a mark before it.
  const hunk = hunks.at(-1);
  if (line.startsWith('@@ ')) hunks.push(openHunk(line));
  else if (hunk !== undefined) readContent(change, hunk, line);
  else readHeader(change, line);
}

function openHunk(heading: string): Hunk {
  const newStart = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(heading)?.[1];
  return { heading, newStart: Number(newStart ?? 0), lines: [] };
}

function readContent(change: FileChange, { lines }: Hunk, line: string): void {
  const text = line.slice(1);
  switch (line.charAt(0)) {
    case '+':
      change.added += 1;
      lines.push({ kind: 'added', text, unended: false });
      break;
    case '-':
      change.removed += 1;
      lines.push({ kind: 'removed', text, unended: false });
      break;
    case ' ':
      lines.push({ kind: 'context', text, unended: false });
      break;
    case '\\': {
      const last = lines.at(-1);
      if (last !== undefined) last.unended = true;
    }
  }
}

const headers =
  /^(old mode|new mode|new file mode|deleted file mode|similarity index|rename from|rename to|GIT binary patch|Binary files) ?(.*)$/s;

function readHeader(change: FileChange, line: string): void {
  const [, header = '', value = ''] = headers.exec(line) ?? [];
  switch (header) {
    case 'old mode':
      change.oldMode = value;
      break;
    case 'new mode':
      change.newMode = value;
      break;
    case 'new file mode':
      Object.assign(change, { kind: 'added', newMode: value });
      break;
    case 'deleted file mode':
      Object.assign(change, { kind: 'deleted', oldMode: value });
      break;
    case 'similarity index':
      change.similarity = Number.parseInt(value, 10);
      break;
    case 'rename from':
      Object.assign(change, { kind: 'renamed', oldPath: readName(value) });
      break;
    case 'rename to':
      change.path = readName(value);
      break;
    case 'GIT binary patch':
    case 'Binary files':
      change.binary = true;
      break;
  }
}
