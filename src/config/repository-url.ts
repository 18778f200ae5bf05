import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** Whether git would take this for a URL (`scheme://…`) or an scp-like address (`host:path`), and not for a path. */
export function isRemoteUrl(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || /^[^/\\:$~]+:/.test(url);
}

/** Whether a password stands in the URL, where every reader of the file would see it. */
export function hasPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]+@/i.test(url);
}

/**
 * Names a repository in workflow ids and folder names: its own name and a hash of the normalized
 * clone URL, so that `https://` and `git@` spellings of one repository, with and without `.git`,
 * are one.
 */
export function repositoryId(url: string): string {
  const hash = createHash('sha256').update(normalizeUrl(url)).digest('hex').slice(0, 12);
  return `${namesOf(url)}-${hash}`;
}

/** The last part of the URL, in characters that are safe anywhere. */
function namesOf(url: string): string {
  const name = basename(trimUrl(url).replaceAll(':', '/')).replace(/[^A-Za-z0-9_-]+/g, '-');
  return name.replace(/^-+|-+$/g, '').slice(0, 40) || 'repository';
}

function trimUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/?\.git$/, '');
}

function normalizeUrl(url: string): string {
  const trimmed = trimUrl(url);
  const parts =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/]*)\/*(.*)$/i.exec(trimmed) ??
    (isRemoteUrl(trimmed) ? /^(?:[^@/]*@)?([^:]+):\/*(.*)$/.exec(trimmed) : null);
  if (parts === null) return trimmed;
  const [, host = '', path = ''] = parts;
  // `file:///srv/shop.git` and `/srv/shop.git` are one repository.
  return host === '' ? `/${path}` : `${host.toLowerCase()}/${path}`;
}
