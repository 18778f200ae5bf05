import type { Word } from '../change-reader.js';
import type { Comment, Pull, Review } from './change-schema.js';
import type { Permissions } from './permissions.js';
import { personOf } from './speaker.js';

/** As many words are remembered as need not be judged again. */
const mostJudged = 5_000;

/** Finds what people have said and nobody has heeded, as our reactions to it show. */
export function createHearing(permissions: Permissions) {
  const judged = new Set<string>();

  /** It is of no interest any more: answered, or of somebody who may not write. */
  function settle({ id }: Word): void {
    judged.add(id);
    for (const oldest of [...judged].slice(0, -mostJudged)) judged.delete(oldest);
  }

  return {
    settle,
    async listen(pull: Pull): Promise<Word[]> {
      const said = [
        ...[...pull.opinions, ...pull.remarks].flatMap(fromReview),
        ...pull.comments.flatMap(fromComment),
      ].sort((one, other) => one.at.localeCompare(other.at));
      const heard: Word[] = [];
      for (const word of said) {
        if (judged.has(word.id)) continue;
        if (await permissions.mayWrite(word.by)) heard.push(word);
        else settle(word);
      }
      return heard;
    },
  };
}

function fromReview(review: Review): Word[] {
  const { id, fullDatabaseId, state, body, commit, submittedAt } = review;
  const verdict = verdicts[state] ?? null;
  // The comments on lines are threads, and their review may say nothing itself.
  if (verdict === null && body.trim() === '') return [];
  return wordsFrom(review, {
    id: `review/${fullDatabaseId ?? id}`,
    at: submittedAt ?? '',
    verdict,
    sha: commit?.oid ?? null,
  });
}

const verdicts: Record<string, Word['verdict']> = {
  APPROVED: 'approve',
  CHANGES_REQUESTED: 'request_changes',
};

function fromComment(comment: Comment): Word[] {
  const { id, fullDatabaseId, createdAt } = comment;
  if (comment.body.trim() === '') return [];
  return wordsFrom(comment, {
    id: `comment/${fullDatabaseId ?? id}`,
    at: createdAt,
    verdict: null,
    sha: null,
  });
}

function wordsFrom(said: Comment | Review, word: Omit<Word, 'by' | 'text' | 'handle'>): Word[] {
  const by = personOf(said);
  if (by === null || isMarked(said)) return [];
  return [{ ...word, handle: said.id, by, text: said.body }];
}

function isMarked({ reactionGroups }: Pick<Comment, 'reactionGroups'>): boolean {
  return (reactionGroups ?? []).some(
    ({ content, viewerHasReacted }) =>
      viewerHasReacted && (content === 'THUMBS_UP' || content === 'THUMBS_DOWN'),
  );
}
