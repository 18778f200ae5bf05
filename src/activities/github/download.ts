import { GitHubError, gitHubError } from './errors.js';

interface Wanted {
  most: number;
  /** What it is, in words. */
  asked: string;
  answerMs: number;
  now: number;
}

/** The end of what is at an address, however long it is, and no more of it in memory. */
export async function fetchEnd(address: string, { most, asked, answerMs, now }: Wanted): Promise<Buffer> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(answerMs) });
    if (response.ok) return await lastBytes(response.body, most);
    const kind = response.status === 404 || response.status === 410 ? 'not_found' : 'server';
    throw new GitHubError(kind, `what GitHub keeps elsewhere has status ${response.status} (${asked})`);
  } catch (error) {
    throw gitHubError(error, asked, answerMs, now);
  }
}

async function lastBytes(body: ReadableStream<Uint8Array> | null, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    held += chunk.length;
    while (held - (chunks[0]?.length ?? 0) >= most) held -= chunks.shift()?.length ?? 0;
  }
  const all = Buffer.concat(chunks);
  return all.subarray(Math.max(0, all.length - most));
}
