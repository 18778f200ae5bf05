import { constants } from 'node:fs';
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Answers } from '../../workflows/ports.js';

/** The file in the folder `CONTINUO_ANSWERS` in which an agent answers to findings. */
export const answersFile = 'findings.json';

const limitBytes = 256 * 1024;
/** It is kept in the task's state. */
const longestReason = 1_000;

const AnswersFile = z.object({
  refuted: z.array(z.object({ id: z.string(), reason: z.string().trim().min(1) })),
});

/** The folder of one turn's answers, which the agent can write to: it is inside its temporary directory. */
export function answersFolder(temporary: string): string {
  return join(temporary, 'answers');
}

/** Empties the folder before an agent starts: what an earlier turn has said is not said by this one. */
export async function openAnswers(temporary: string): Promise<void> {
  const folder = answersFolder(temporary);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** What the agent of a turn has answered, or null; it has ended. No link is followed: the agent may have put one there. */
export async function readAnswers(temporary: string): Promise<Answers | null> {
  const folder = answersFolder(temporary);
  const isFolder = (await lstat(folder).catch(() => null))?.isDirectory() ?? false;
  const text = isFolder ? await readLimited(join(folder, answersFile)) : null;
  if (text === null) return null;
  try {
    const { refuted } = AnswersFile.parse(JSON.parse(text));
    return {
      refuted: refuted.map(({ id, reason }) => ({ id, reason: reason.slice(0, longestReason) })),
      problem: null,
    };
  } catch {
    const shape = '{"refuted": [{"id": "…", "reason": "…"}]}';
    return { refuted: [], problem: `${answersFile} is not ${shape}` };
  }
}

/** Null for what is no file. */
async function readLimited(path: string): Promise<string | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) return null;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(limitBytes), 0, limitBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
