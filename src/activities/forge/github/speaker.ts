import type { Said } from './change-schema.js';

/** All that Continuo writes has such a line. */
const ownMark = /^<!-- continuo:/m;

/** Written by Continuo itself. A person may share its account, so its name is not enough; its mark alone is not either. */
export function isOurs({ viewerDidAuthor, body }: Pick<Said, 'viewerDidAuthor' | 'body'>): boolean {
  return viewerDidAuthor && ownMark.test(body);
}

/**
 * The person who has said it; null for bots, for those who have left GitHub, and for what has our mark: an agent's words are
 * in there, and nobody's order, also when Continuo had another account then.
 */
export function personOf({ author, body }: Pick<Said, 'author' | 'body'>): string | null {
  if (author == null || author.__typename === 'Bot' || ownMark.test(body)) return null;
  return author.login;
}
