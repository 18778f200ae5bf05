/** What a person orders in a comment by a line such as `/continuo approve`. */
export type Command =
  | { kind: 'approve' }
  | { kind: 'request_changes' | 'reject'; why: string }
  | { kind: 'retry' | 'pause' | 'resume' | 'cancel'; note: string }
  | { kind: 'budget'; usd: number }
  | { kind: 'unknown'; why: string };

const prefix = /^\/continuo(?:[ \t]+|$)/;

/** How commands are written, for whoever has not written one so. */
export const usage =
  '`/continuo approve | request-changes <why> | reject <why> | retry | pause | resume | cancel | budget <USD>`';

/**
 * The commands in a text, in their order. Each begins a line of its own; what follows it, up to the next one, belongs to
 * it. What is quoted, code or hidden is what somebody else has said, or an example.
 */
export function commandsIn(markdown: string): Command[] {
  const found: { word: string; rest: string[] }[] = [];
  for (const line of spokenLines(markdown)) {
    if (prefix.test(line)) {
      const [, word = '', rest = ''] = /^(\S*)[ \t]*(.*)$/.exec(line.replace(prefix, '')) ?? [];
      found.push({ word: word.toLowerCase(), rest: [rest] });
    } else found.at(-1)?.rest.push(line);
  }
  return found.map(({ word, rest }) => commandOf(word, rest.join('\n').trim()));
}

function commandOf(word: string, rest: string): Command {
  switch (word) {
    case 'approve':
      return { kind: 'approve' };
    case 'request-changes':
    case 'reject': {
      if (rest === '') return { kind: 'unknown', why: `say why: \`/continuo ${word} <why>\`` };
      return { kind: word === 'reject' ? 'reject' : 'request_changes', why: rest };
    }
    case 'retry':
    case 'pause':
    case 'resume':
    case 'cancel':
      return { kind: word, note: rest };
    case 'budget':
      return budgetOf(rest);
    default:
      return { kind: 'unknown', why: 'there is no such command' };
  }
}

function budgetOf(rest: string): Command {
  const [, amount] = /^\$?(\d{1,7}(?:\.\d{1,2})?)(?:[ \t]*USD)?(?:\s|$)/i.exec(rest) ?? [];
  const usd = Number(amount);
  if (usd > 0) return { kind: 'budget', usd };
  return { kind: 'unknown', why: 'say how many US dollars it may spend in all: `/continuo budget 20`' };
}

/** Lines that the writer says in their own name. Whatever is in doubt is none. */
function spokenLines(markdown: string): string[] {
  const lines = withoutFences(markdown.replace(/\r\n?/g, '\n').split('\n'));
  const plain = lines.join('\n').replace(hidden, ' ');
  const spoken: string[] = [];
  let isQuoted = false;
  for (const line of plain.split('\n')) {
    if (/^ {0,3}>/.test(line)) isQuoted = true;
    // A quote goes on until an empty line.
    else if (line.trim() === '') isQuoted = false;
    if (!isQuoted) spoken.push(line);
  }
  return spoken;
}

/** Comments, and elements that show what is in them as somebody else's or as code. */
const hidden =
  /<!--[\s\S]*?(?:-->|$)|<(pre|code|blockquote|details|script|style|textarea)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;

/** A fence that is never closed goes on to the end. */
function withoutFences(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let fence: string | null = null;
  for (const line of lines) {
    const mark = /^\s*(?:[-*+]\s+|\d+[.)]\s+|>\s*)*(`{3,}|~{3,})(.*)$/.exec(line);
    const [, marks = '', after = ''] = mark ?? [];
    if (fence !== null) {
      if (marks.startsWith(fence) && after.trim() === '') fence = null;
    } else if (marks === '' || (marks.startsWith('`') && after.includes('`'))) kept.push(line);
    else {
      fence = marks;
      kept.push('');
    }
  }
  return kept;
}
