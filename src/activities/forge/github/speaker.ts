import type { Said } from './change-schema.js';

/** All that Continuo writes has such a line. */
const ownMark = /^<!-- continuo:/m;

/** Written by Continuo itself. A person may share its account, so its name is not enough; its mark alone is not either. */
export function isOurs({ viewerDidAuthor, body }: Pick<Said, 'viewerDidAuthor' | 'body'>): boolean {
  return viewerDidAuthor && ownMark.test(body);
}

/** The person who has said it; null for bots, and for those who have left GitHub. */
export function personOf({ author }: Pick<Said, 'author'>): string | null {
  return author == null || author.__typename === 'Bot' ? null : author.login;
}
