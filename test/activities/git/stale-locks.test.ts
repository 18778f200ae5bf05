import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { removeStaleLocks } from '../../../src/activities/git/stale-locks.js';

let gitDir: string;
beforeEach(() => {
  gitDir = mkdtempSync(join(tmpdir(), 'locks-test-'));
  mkdirSync(join(gitDir, 'refs/heads'), { recursive: true });
});
afterEach(() => rmSync(gitDir, { recursive: true, force: true }));

const hourMs = 3_600_000;
/** Takes a lock, as it looks when the clock is set to so much later afterwards. */
function lock(name: string, agoMs: number): string {
  const file = join(gitDir, name);
  writeFileSync(file, '');
  const at = (Date.now() - agoMs) / 1_000;
  utimesSync(file, at, at);
  return file;
}

describe('the locks of a git directory', () => {
  it('are removed when they are old, or from the future, and nobody touches them', async () => {
    const left = [lock('index.lock', hourMs), lock('refs/heads/main.lock', -hourMs)];
    const fresh = lock('packed-refs.lock', 0);
    await removeStaleLocks(gitDir, { patienceMs: 300 });
    expect(left.filter(existsSync)).toEqual([]);
    expect(existsSync(fresh)).toBe(true);
  });

  it.each([
    ['that works on', () => undefined],
    ['after another', (file: string) => rmSync(file)],
  ])('stay with a git %s, although the clock was set forward by an hour', async (_what, before) => {
    const file = lock('index.lock', hourMs);
    const over = new AbortController();
    // Nothing but a sign of life ends the watch.
    const swept = removeStaleLocks(gitDir, { patienceMs: 2 ** 31 - 1 }).then(() => over.abort());
    for (let count = 1; !over.signal.aborted; count += 1) {
      before(file);
      lock('index.lock', hourMs + count * 1_000);
      await sleep(150);
    }
    await swept;
    expect(existsSync(file)).toBe(true);
  });

  it('are not watched for somebody who has left', async () => {
    const file = lock('index.lock', hourMs);
    const leaving = new AbortController();
    const swept = removeStaleLocks(gitDir, { signal: leaving.signal, patienceMs: 2 ** 31 - 1 });
    leaving.abort();
    await expect(swept).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(file)).toBe(true);
  });
});
