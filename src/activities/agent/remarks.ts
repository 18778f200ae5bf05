import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writeWhole } from '../../config/atomic-write.js';
import type { SteerInput, TurnRemark } from '../../workflows/ports.js';
import type { Remark, Remarks } from './agent.js';
import { describeRemark } from './guidance.js';

const Offered = z.object({ id: z.string(), by: z.string(), note: z.string(), at: z.string() });
type Offered = z.infer<typeof Offered>;

const offeredSuffix = '.json';
const heardSuffix = '.heard';
/** Not every file system tells of what is new. */
const lookAgainMs = 1_000;
const heardPollMs = 200;

/** Where remarks for turns are: a folder for each turn, with a file for each remark. */
export function remarksOf(runPath: string): string {
  return join(runPath, 'remarks');
}

/** Puts a remark where its turn looks for it. Key: its id. */
export async function offerRemark(
  folder: string,
  { remark, at }: Pick<SteerInput, 'remark' | 'at'>,
): Promise<void> {
  const offered: Offered = { ...remark, at };
  await writeWhole(fileOf(folder, remark.id, offeredSuffix), JSON.stringify(offered));
}

/** Waits until the agent has heard a remark; false when it has not within the time. */
export async function awaitHeard(
  folder: string,
  id: string,
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  const file = fileOf(folder, id, heardSuffix);
  const isHeard = () =>
    access(file).then(
      () => true,
      () => false,
    );
  while (!(await isHeard())) {
    if (performance.now() > deadline) return false;
    await sleep(heardPollMs, undefined, { signal });
  }
  return true;
}

/** The remarks for one turn: those that are known, and those that come while it runs. */
export async function openRemarks(folder: string, known: readonly TurnRemark[]): Promise<Remarks> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const told = new Set<string>();
  let all = merge(known, await readOffered(folder));

  return {
    all: () => all,
    listen(changed) {
      let isOver = false;
      const look = async () => {
        const found = merge(known, await readOffered(folder));
        if (isOver || found.length === all.length) return;
        all = found;
        changed();
      };
      const watcher = watch(folder, () => void look());
      // The timer looks on where the folder cannot be watched.
      watcher.on('error', () => watcher.close());
      const timer = setInterval(() => void look(), lookAgainMs);
      void look();
      return () => {
        isOver = true;
        watcher.close();
        clearInterval(timer);
      };
    },
    heard(ids) {
      for (const id of ids.filter((one) => !told.has(one))) {
        told.add(id);
        // Where it cannot be written, the outcome of the turn says it.
        writeWhole(fileOf(folder, id, heardSuffix), '').catch(() => undefined);
      }
    },
  };
}

function fileOf(folder: string, id: string, suffix: string): string {
  return join(folder, `${createHash('sha256').update(id).digest('hex').slice(0, 32)}${suffix}`);
}

function merge(known: readonly TurnRemark[], offered: readonly Offered[]): Remark[] {
  const isNew = ({ id }: Offered) => known.every((one) => one.id !== id);
  return [...known, ...offered.filter(isNew)].map(({ id, by, note }) => ({
    id,
    text: describeRemark({ by, note }),
  }));
}

/** Oldest first. */
async function readOffered(folder: string): Promise<Offered[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(offeredSuffix));
  const read = await Promise.all(files.map((name) => readOne(join(folder, name))));
  return read
    .filter((one) => one !== null)
    .sort((left, right) => (left.at === right.at ? order(left.id, right.id) : order(left.at, right.at)));
}

function order(left: string, right: string): number {
  return left < right ? -1 : 1;
}

/** Null for one that another version has written, or that is gone. */
async function readOne(file: string): Promise<Offered | null> {
  try {
    return Offered.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
