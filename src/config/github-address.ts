import { isRemoteUrl } from './repository-url.js';

/** Where a repository is on GitHub, or on a server of one's own. */
export interface GitHubAddress {
  host: string;
  /** `owner/name`. */
  name: string;
  apiUrl: string;
  /** The address without a name or password in it, which are nothing for a file. */
  url: string;
}

const hosted = /^(?:github\.com|[^.]+\.ghe\.com)$/;

/** Reads what git takes for an address, in any of its spellings; null for what cannot be one of GitHub's. */
export function gitHubAddress(url: string): GitHubAddress | null {
  if (!isRemoteUrl(url) || /^file:/i.test(url)) return null;
  const bare = url.replace(/^[a-z+]+:\/\//i, '');
  const parts = /^(?:[^@/]*@)?([^:/]+)(?::\d+)?[:/]+([^/]+)\/([^/]+?)(?:\.git)?\/*$/i.exec(bare);
  const [, where = '', owner = '', name = ''] = parts ?? [];
  if (where === '') return null;
  // Where port 22 is shut, ssh has a host of its own.
  const host = where.toLowerCase().replace(/^ssh\.(?=github\.com$)/, '');
  const web = /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : null;
  // GitHub's own have a host for the API, and Enterprise Server has a path.
  const apiUrl = hosted.test(host) ? `https://api.${host}` : `${web?.origin ?? `https://${host}`}/api/v3`;
  return { host, name: `${owner}/${name}`, apiUrl, url: web ? `${web.origin}${web.pathname}` : url };
}

/** `owner/name` of an address on the same GitHub as the API. */
export function nameIn(url: string, apiUrl: string): string | undefined {
  const host = new URL(apiUrl).hostname.replace(/^api\./, '');
  const address = gitHubAddress(url);
  return address?.host === host.toLowerCase() ? address.name : undefined;
}
