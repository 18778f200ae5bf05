import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../../config/atomic-write.js';
import type { DataPaths } from '../../../config/paths.js';
import { workspaceKey } from '../../git/keys.js';

const Blob = z.object({ mode: z.string(), oid: z.string() }).nullable();

const LandingRecord = z.object({
  /** The repository's folder, and the full name of the base's ref in it. */
  repository: z.string(),
  ref: z.string(),
  /** The commits between which the base moves. */
  before: z.string(),
  after: z.string(),
  /** Each path that differs between them. */
  changes: z.array(z.object({ path: z.string(), before: Blob, after: Blob })),
  /** Where the base is checked out, with the paths that a person has been asked about there. */
  trees: z.array(z.object({ path: z.string(), gitDir: z.string(), asked: z.array(z.string()) })),
});

/** What is about to happen to working trees of people, written down before it does. */
export type LandingRecord = z.infer<typeof LandingRecord>;

/** The record of one repository and base on this host; there is none when nothing is under way. */
export interface LandingJournal {
  readonly file: string;
  read(): Promise<LandingRecord | null>;
  write(record: LandingRecord): Promise<void>;
  remove(): Promise<void>;
}

export function openJournal(
  paths: Pick<DataPaths, 'landings'>,
  repository: string,
  ref: string,
): LandingJournal {
  return journalAt(join(paths.landings, `${workspaceKey(`${repository} ${ref}`)}.json`));
}

/** Everything that is under way. */
export async function listJournals({ landings }: Pick<DataPaths, 'landings'>): Promise<LandingJournal[]> {
  const names = await readdir(landings).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => journalAt(join(landings, name)));
}

function journalAt(file: string): LandingJournal {
  return {
    file,
    async read() {
      const text = await readFile(file, 'utf8').catch(() => null);
      return text === null ? null : LandingRecord.parse(JSON.parse(text));
    },
    write: (record) => writeWhole(file, JSON.stringify(record)),
    remove: () => rm(file, { force: true }),
  };
}
