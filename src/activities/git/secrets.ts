import type { FileChange } from './changes.js';
import { readBlobs, readSizes, submoduleMode } from './objects.js';
import { findByPattern } from './secret-patterns.js';

/** Longer files hold data. */
const longestFile = 1024 * 1024;
/** As much is in memory at once. */
const batchBytes = 16 * 1024 * 1024;
/** Lets a comment turn the other rules off. */
const commentFilter = '@secretlint/secretlint-rule-filter-comments';
/** More places than this are not listed. */
const mostPlaces = 50;

interface Hit {
  line: number;
  rule: string;
  secret: string;
}

export interface SecretSearch {
  /** `path:line rule`, never the secret. */
  places: string[];
  /** Paths of files above 1 MiB, which are not looked at. */
  skipped: string[];
}

/**
 * Looks for secrets in the new content of changed files. What the old version of the same file has already
 * is not counted: it is known. Not looked at are binary files and those above 1 MiB. Nothing that
 * the files say, such as a comment for a linter, turns the search off: agents write them.
 */
export async function findSecrets(gitDir: string, changes: readonly FileChange[]): Promise<SecretSearch> {
  const { batches, skipped } = await inBatches(gitDir, changes);
  return { places: await placesInBatches(gitDir, batches), skipped };
}

async function placesInBatches(gitDir: string, batches: FileChange[][]): Promise<string[]> {
  const places: string[] = [];
  for (const batch of batches) {
    const blobs = await readBlobs(
      gitDir,
      batch.flatMap(({ after }) => after ?? []),
    );
    for (const change of batch) {
      const content = blobs.get(change.after ?? '');
      if (content === undefined || isBinary(content)) continue;
      places.push(...(await placesIn(gitDir, change, content.toString('utf8'))));
      if (places.length >= mostPlaces) return places.slice(0, mostPlaces);
    }
  }
  return places;
}

/** Whether a text, such as a commit message, holds a secret. */
export async function hasSecret(text: string): Promise<boolean> {
  return (await lint('message.txt', text)).length > 0;
}

/** What in a text looks like a secret, word for word. */
export async function secretsIn(text: string): Promise<string[]> {
  return (await lint('message.txt', text)).flatMap(({ secret }) => (secret === '' ? [] : secret));
}

async function placesIn(gitDir: string, { path, before }: FileChange, text: string): Promise<string[]> {
  const hits = await lint(path, text);
  if (hits.length === 0) return [];
  const known =
    before === null ? '' : ((await readBlobs(gitDir, [before])).get(before)?.toString('utf8') ?? '');
  return hits
    .filter(({ secret }) => secret === '' || !known.includes(secret))
    .map(({ line, rule }) => `${path}:${line} ${rule}`);
}

async function lint(path: string, content: string): Promise<Hit[]> {
  // Loaded by the first checkpoint: a worker starts without it.
  const { lintSource } = await import('@secretlint/core');
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend');
  const { messages } = await lintSource({
    source: { filePath: path, content, contentType: 'text', ext: /\.[^./]*$/.exec(path)?.[0] ?? '' },
    options: {
      config: {
        rules: rules
          .filter(({ meta }) => meta.id !== commentFilter)
          .map((rule) => ({ id: rule.meta.id, rule })),
      },
    },
  });
  const byRule = messages.map(({ loc, range, ruleId }) => ({
    line: loc.start.line,
    rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
    secret: content.slice(range[0], range[1]),
  }));
  return [...byRule, ...findByPattern(content)];
}

async function inBatches(
  gitDir: string,
  changes: readonly FileChange[],
): Promise<{ batches: FileChange[][]; skipped: string[] }> {
  const files = changes.filter(({ after, mode }) => after !== null && mode !== submoduleMode);
  const sizes = await readSizes(
    gitDir,
    files.flatMap(({ after }) => after ?? []),
  );
  const batches: FileChange[][] = [];
  const skipped: string[] = [];
  let room = 0;
  for (const file of files) {
    const size = sizes.get(file.after ?? '') ?? 0;
    if (size > longestFile) {
      skipped.push(file.path);
      continue;
    }
    if (size > room || batches.length === 0) {
      batches.push([]);
      room = batchBytes;
    }
    room -= size;
    batches.at(-1)?.push(file);
  }
  return { batches, skipped };
}

/** As git tells it: a NUL at the beginning. */
function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8_000).includes(0);
}
