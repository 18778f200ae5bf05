import { randomInt } from 'node:crypto';

const slugLimit = 30;
const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A readable identifier for a task that comes from a prompt: the title's words and four random characters. */
export function newIdentifier(title: string): string {
  const suffix = Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${slug(title)}-${suffix}`;
}

/** Lower-case ASCII words joined by hyphens, at most 30 characters, cut between words where that works. */
export function slug(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (words.length <= slugLimit) return words || 'task';
  const cut = words.slice(0, slugLimit + 1).lastIndexOf('-');
  return words.slice(0, cut > slugLimit / 2 ? cut : slugLimit);
}
