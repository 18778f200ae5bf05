/** One program with its arguments, and the operator that leads to the next one. */
export interface Part {
  assignments: [string, string][];
  words: string[];
  /** `|`, `&&`, `||`, `;`, or '' at the end. */
  operator: string;
}

/** A command line of a document. */
export interface CommandLine {
  path: string;
  line: number;
  text: string;
  parts: Part[];
}

/** The command lines of a block: comments and blank lines go, lines that end in `\` are joined. */
export function commandLines(path: string, block: { line: number; text: string }): CommandLine[] {
  const lines: CommandLine[] = [];
  let joined = '';
  for (const [index, line] of block.text.split('\n').entries()) {
    joined += line;
    if (joined.endsWith('\\')) {
      joined = joined.slice(0, -1);
      continue;
    }
    const parts = parse(joined);
    if (parts.length > 0) lines.push({ path, line: block.line + index, text: joined.trim(), parts });
    joined = '';
  }
  return lines;
}

type Token = { kind: 'word'; text: string } | { kind: 'operator'; text: string };

/** Understands what documents need: words, quotes, operators, comments, placeholders such as `<task>`. */
export function parse(line: string): Part[] {
  const parts: Part[] = [];
  let part: Part = { assignments: [], words: [], operator: '' };
  for (const token of tokens(line)) {
    if (token.kind === 'operator') {
      parts.push({ ...part, operator: token.text });
      part = { assignments: [], words: [], operator: '' };
      continue;
    }
    const assignment = part.words.length === 0 ? /^([A-Z_]+)=(.*)$/s.exec(token.text) : null;
    if (assignment === null) part.words.push(token.text);
    else part.assignments.push([assignment[1] ?? '', assignment[2] ?? '']);
  }
  return part.words.length === 0 ? parts : [...parts, part];
}

const pieces =
  /(?<space>\s+)|(?<comment>#.*$)|(?<operator>\|\||&&|\||;)|(?<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|<[a-z][a-z -]*>|\\.|[^\s'"|&;<>\\])+)/gsy;

function tokens(line: string): Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of line.matchAll(pieces)) {
    if (match.index !== end) break;
    end = match.index + match[0].length;
    const { operator, word } = match.groups ?? {};
    if (operator !== undefined) found.push({ kind: 'operator', text: operator });
    if (word !== undefined) found.push({ kind: 'word', text: unquote(word) });
  }
  if (end !== line.length) throw new Error(`not understood here: ${line.slice(end)}`);
  return found;
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs,
    (_, single?: string, double?: string, plain?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? plain ?? '',
  );
}

/** The command line again, for bash. */
export function render(parts: readonly Part[]): string {
  return parts
    .map(({ assignments, words, operator }) => {
      const set = assignments.map(([name, value]) => `${name}=${quote(value)}`);
      return [...set, ...words.map(quote), operator].filter((text) => text !== '').join(' ');
    })
    .join(' ');
}

function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
