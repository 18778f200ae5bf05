import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Document {
  /** Relative to the top of the project. */
  path: string;
  text: string;
}

/** A fenced block and what stands in it. */
export interface Block {
  language: string;
  /** Line of the first line inside the fence, counted from 1. */
  line: number;
  text: string;
  /** The last line before the fence that is not blank. */
  before: string;
}

/** The README first, then what it leads to. */
export function documents(): Document[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => `docs/${file}`);
  return ['README.md', ...docs, 'CONTRIBUTING.md', 'AGENTS.md', 'CHANGELOG.md']
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export function readDocument(path: string): Document {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

export function blocksOf({ text }: Document): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { fence: string }) | null = null;
  let before = '';
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^ *(```+|~~~+)\s*(\S*)/.exec(line);
    if (open !== null) {
      if (fence?.[1] === open.fence && fence[2] === '') {
        blocks.push({ language: open.language, line: open.line, text: open.text, before: open.before });
        open = null;
      } else open.text += `${line}\n`;
    } else if (fence !== null) {
      open = { language: fence[2] ?? '', line: index + 2, text: '', before, fence: fence[1] ?? '' };
    }
    if (line.trim() !== '') before = line.trim();
  }
  if (open !== null) throw new Error(`the fence before line ${open.line} has no end`);
  return blocks;
}

/** The text without its fenced blocks. */
export function proseOf({ text }: Document): string {
  return text.replace(/^ *(```+|~~~+).*\n[\s\S]*?^ *\1 *$/gm, '');
}

/** The targets of links and pictures. */
export function linksOf(document: Document): string[] {
  const prose = proseOf(document).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of all tables as lists of cells. */
export function rowsOf({ text }: Document): string[][] {
  return text
    .split('\n')
    .filter((line) => /^\|.*\|$/.test(line.trim()))
    .map((line) =>
      line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
