import type { ChangeThread } from '../../../domain/change.js';
import type { Pull, Said, Thread } from './change-schema.js';
import type { Permissions } from './permissions.js';
import { isOurs, personOf } from './speaker.js';

const mostThreads = 20;
const longestText = 2_000;

/** Open threads in which a person who may write has the last word; whoever may not is not heard. */
export async function openThreads(
  { reviewThreads }: Pull,
  permissions: Permissions,
): Promise<ChangeThread[]> {
  const open: ChangeThread[] = [];
  for (const thread of reviewThreads) {
    if (open.length === mostThreads) break;
    const words = thread.isResolved ? [] : await unanswered(thread, permissions);
    const last = words.at(-1);
    if (last !== undefined) open.push(shown(thread, words, last));
  }
  return open;
}

interface Word {
  by: string;
  said: Said;
}

/** What people have said since Continuo's own last word. */
async function unanswered({ id, comments }: Thread, permissions: Permissions): Promise<Word[]> {
  const words: Word[] = [];
  const answered = comments.findLastIndex(isOurs);
  for (const said of comments.slice(answered + 1)) {
    const by = personOf(said);
    // A review that is not submitted yet is nobody's word.
    if (by === null || said.state === 'PENDING') continue;
    const word = { id: said.fullDatabaseId ?? id, text: said.body };
    if (await permissions.mayHaveSaid(by, word)) words.push({ by, said });
  }
  return words;
}

function shown(
  { id, path, line, originalLine }: Thread,
  words: readonly Word[],
  { by, said }: Word,
): ChangeThread {
  const text =
    words.length === 1 ? said.body : words.map((word) => `${word.by}: ${word.said.body}`).join('\n\n');
  return {
    id,
    key: `${id}/${said.fullDatabaseId ?? words.length}`,
    by,
    file: path,
    line: line ?? originalLine ?? null,
    text: text.slice(0, longestText),
  };
}
