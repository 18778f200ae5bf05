import { z } from 'zod';
import type { ShownFinding } from '../../../domain/change.js';
import { markOf } from '../../github/comments.js';
import type { Conversation } from './conversation.js';
import { conclude } from './conversation.js';
import { readDiffLines } from './diff-lines.js';
import type { GitHubForge } from './open.js';
import { isInvalid, pulls } from './pull.js';
import { shorten } from './text.js';

/** GitHub takes 65,536 characters. */
const longest = 20_000;

export interface Showing {
  number: number;
  sha: string;
  findings: readonly ShownFinding[];
  threads: readonly Conversation[];
}

/**
 * Puts what reviewers have found on its lines, all of it in one review, and resolves it with what has become of it. What
 * is on no line of the diff is in one comment. Key: the ids of the findings.
 */
export async function showFindings(forge: GitHubForge, showing: Showing): Promise<void> {
  const { findings, threads } = showing;
  const threadOf = (finding: ShownFinding) =>
    threads.find(({ opening }) => opening?.startsWith(markOf('finding', finding.id)));
  for (const finding of findings) {
    const thread = threadOf(finding);
    if (thread === undefined || thread.isResolved || finding.outcome === null) continue;
    await conclude(forge, thread, { mark: markOf('outcome', finding.id), text: finding.outcome });
  }
  const unshown = findings.filter((finding) => threadOf(finding) === undefined);
  await listOthers(forge, showing, await putOnLines(forge, showing, unshown));
}

/** Returns those that are on no line of the diff. */
async function putOnLines(
  forge: GitHubForge,
  { number, sha }: Showing,
  findings: readonly ShownFinding[],
): Promise<ShownFinding[]> {
  const open = findings.filter(
    ({ file, line, outcome }) => file !== null && line !== null && outcome === null,
  );
  if (open.length === 0) return [...findings];
  const lines = await readDiffLines(forge, number);
  const comments = open.flatMap(({ id, file, line, text }) => {
    if (file === null || line === null || lines.get(file)?.has(line) !== true) return [];
    return [
      { id, path: file, line, side: 'RIGHT', body: `${markOf('finding', id)}${shorten(text, longest)}` },
    ];
  });
  if (comments.length === 0 || !(await review(forge, number, sha, comments))) return [...findings];
  const shown = new Set(comments.map(({ id }) => id));
  return findings.filter(({ id }) => !shown.has(id));
}

/** False where GitHub takes one of the lines for none of the diff. */
async function review(
  { client, place }: GitHubForge,
  number: number,
  sha: string,
  found: readonly { id: string; path: string; line: number; side: string; body: string }[],
): Promise<boolean> {
  const comments = found.map(({ path, line, side, body }) => ({ path, line, side, body }));
  const parameters = { ...place.names, pull_number: number, commit_id: sha, event: 'COMMENT', comments };
  const asked = { kind: 'findings', route: `POST /${pulls}/{pull_number}/reviews`, parameters };
  try {
    await client.write(asked, z.unknown());
    return true;
  } catch (error) {
    if (isInvalid(error)) return false;
    throw error;
  }
}

const listMark = markOf('findings', 'on no line');

/** Open ones, and what has become of those that were listed before. */
async function listOthers(
  { comments }: GitHubForge,
  { number }: Showing,
  findings: readonly ShownFinding[],
): Promise<void> {
  if (findings.length === 0) return;
  const before = await comments.read(number, listMark);
  const listed = findings.filter(
    ({ id, outcome }) => outcome === null || before?.includes(markOf('finding', id)) === true,
  );
  if (listed.length === 0) return;
  const parts = listed.map(({ id, file, line, text, outcome }) => {
    const place = file === null ? '' : `In ${codeSpan(line === null ? file : `${file}:${line}`)}: `;
    const end = outcome === null ? '' : `\n\n→ ${outcome}`;
    return `${markOf('finding', id)}${place}${shorten(text, longest)}${end}`;
  });
  await comments.put(
    number,
    listMark,
    `Reviewers found, on no line of this change:\n\n${parts.join('\n\n---\n\n')}`,
  );
}

/** A name of a file is data: it formats nothing. */
function codeSpan(text: string): string {
  const longestRun = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longestRun + 1);
  return `${ticks} ${text.replace(/\s+/g, ' ')} ${ticks}`;
}
