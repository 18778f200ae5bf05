import { z } from 'zod';
import type { GitHubForge } from './open.js';
import { pulls } from './pull.js';

/** A file that is large, or no text, has no patch. */
const Files = z.array(z.object({ filename: z.string(), patch: z.string().nullish() }));

/** The lines that the diff of a pull request shows of the new files, by file: only these can be remarked on. */
export async function readDiffLines(
  { client, place }: GitHubForge,
  number: number,
): Promise<Map<string, Set<number>>> {
  const parameters = { ...place.names, pull_number: number };
  const route = `GET /${pulls}/{pull_number}/files`;
  const files = await client.list({ kind: 'files', route, parameters }, Files);
  return new Map(files.map(({ filename, patch }) => [filename, linesIn(patch ?? '')]));
}

/** Line numbers in the new file, of what is added and of what is around it. */
export function linesIn(patch: string): Set<number> {
  const lines = new Set<number>();
  let next = 0;
  for (const line of patch.split('\n')) {
    const [, start] = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line) ?? [];
    if (start !== undefined) next = Number(start);
    else if (line.startsWith('+') || line.startsWith(' ')) lines.add(next++);
  }
  return lines;
}
