import type { Remote } from './remote.js';

const longestWords = 200;
const answerMs = 30_000;
const refusals: readonly number[] = [401, 403, 404];

/**
 * Why the server of a repository lets nobody in for this service, in its own words. Git says the same of a server that
 * refuses and of one that fails. Null where it lets one in, does not answer, or git is not let in by our credential.
 */
export async function whyNoEntry(
  remote: Remote,
  service: 'git-receive-pack' | 'git-upload-pack',
  signal: AbortSignal,
): Promise<string | null> {
  const authorization = await remote.authorization();
  if (authorization === null) return null;
  const url = `${remote.url.replace(/\/+$/, '')}/info/refs?service=${service}`;
  try {
    const response = await fetch(url, {
      headers: { authorization },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    const words = (await response.text()).replace(/[\s\p{Cc}]+/gu, ' ').trim();
    return refusals.includes(response.status) ? words.slice(0, longestWords) : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return null;
    throw error;
  }
}
