import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import type { IssueComment } from './issue-tools.js';

const Comment = z.object({
  by: z.string(),
  at: z.string(),
  text: z.string(),
}) satisfies z.ZodType<IssueComment>;

/** Comments of an issue whose tracker has no place for them: a file each in the task's run directory. */
export interface KeptComments {
  /** Oldest first. */
  list(): Promise<IssueComment[]>;
  /** Key: the one given. */
  add(comment: Omit<IssueComment, 'at'>, key: string): Promise<void>;
}

export function keptComments(runPath: string): KeptComments {
  const folder = join(runPath, 'comments');
  const namesIn = (): Promise<string[]> => readdir(folder).catch(() => []);
  return {
    async list() {
      const names = (await namesIn()).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      const comments = texts.map((text) => Comment.parse(JSON.parse(text)));
      return comments.sort((one, other) => one.at.localeCompare(other.at));
    },
    async add(comment, key) {
      const name = `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`;
      if ((await namesIn()).includes(name)) return;
      await writeWhole(join(folder, name), JSON.stringify({ ...comment, at: new Date().toISOString() }));
    },
  };
}
