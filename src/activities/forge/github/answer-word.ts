import { z } from 'zod';
import { markOf } from '../../github/comments.js';
import type { Word, WordAnswer } from '../change-reader.js';
import type { GitHubForge } from './open.js';

export const reactQuery = `mutation React($subjectId: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $subjectId, content: $content }) { reaction { content } }
}`;

/** Answers a word: in a reply where it was refused, and by the reaction that says that it was heeded or not. Key: the word. */
export async function answerWord(
  { client, comments }: Pick<GitHubForge, 'client' | 'comments'>,
  number: number,
  word: Word,
  given: WordAnswer,
): Promise<void> {
  if (given.kind === 'refused') {
    const text = `Not done, ${word.by}: ${withoutMentions(given.why)}`;
    await comments.add(number, markOf('reply', word.id), text);
  }
  const content = given.kind === 'heeded' ? 'THUMBS_UP' : 'THUMBS_DOWN';
  const variables = { subjectId: word.handle, content };
  await client.graphql({ kind: 'answers', query: reactQuery, variables }, z.unknown());
}

/** A name in what a task says must not call anybody. */
function withoutMentions(text: string): string {
  return text.replaceAll('@', '@\u200b');
}
