import { fileURLToPath } from 'node:url';
import { isRemoteUrl } from '../../config/repository-url.js';

/** The folder of a repository on this host, or null for one that is reached over a network. */
export function localPath(url: string): string | null {
  if (/^file:\/\/\//i.test(url)) return fileURLToPath(url);
  return isRemoteUrl(url) ? null : url;
}
