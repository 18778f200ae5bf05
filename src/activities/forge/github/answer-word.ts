import { z } from 'zod';
import type { GitHubClient } from '../../github/client.js';
import type { Word, WordAnswer } from '../change-reader.js';
import type { Place } from './place.js';

export const reactQuery = `mutation React($subjectId: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $subjectId, content: $content }) { reaction { content } }
}`;

const Comments = z.array(z.object({ body: z.string().nullish() }));
const kind = 'answers';

/** Answers a word: in a reply where it was refused, and by the reaction that says that it was heeded or not. Key: the word. */
export async function answerWord(
  client: GitHubClient,
  place: Place,
  number: number,
  word: Word,
  given: WordAnswer,
): Promise<void> {
  if (given.kind === 'refused') {
    const mark = `<!-- continuo:reply ${word.id} -->`;
    await replyOnce(client, place, number, mark, `Not done, ${word.by}: ${withoutMentions(given.why)}`);
  }
  const content = given.kind === 'heeded' ? 'THUMBS_UP' : 'THUMBS_DOWN';
  const variables = { subjectId: word.handle, content };
  await client.graphql({ kind, query: reactQuery, variables }, z.unknown());
}

/** A name in what a task says must not call anybody. */
function withoutMentions(text: string): string {
  return text.replaceAll('@', '@\u200b');
}

async function replyOnce(
  client: GitHubClient,
  { names }: Place,
  number: number,
  mark: string,
  text: string,
): Promise<void> {
  const route = 'repos/{owner}/{repo}/issues/{issue_number}/comments';
  const parameters = { ...names, issue_number: number };
  const all = await client.list({ kind, route: `GET /${route}`, parameters }, Comments);
  if (all.some(({ body }) => body?.startsWith(mark))) return;
  const body = `${mark}\n${text}`;
  await client.write({ kind, route: `POST /${route}`, parameters: { ...parameters, body } }, z.unknown());
}
