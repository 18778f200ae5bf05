import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from './process-name.js';
import type { Claim, Exit } from './protocol.js';
import { closeReasons, files } from './protocol.js';
import { ClaimFile, ExitFile } from './schema.js';

export type Keeper = Extract<Claim, { kind: 'keeper' }>;

/** What the newest keeper of a place is doing; `folder` is its generation. */
export type Found =
  | { kind: 'none' }
  | { kind: 'running'; folder: string; claim: Keeper }
  | { kind: 'ended'; folder: string; claim: Keeper; exit: Exit }
  /** The keeper is dead and left no exit: a kill, or a restart of the machine. Its program died with it. */
  | { kind: 'lost'; folder: string; claim: Keeper };

/** An exit is a few hundred bytes; its messages are bounded. */
const exitBytes = 16 * 1024;

/** Whether a program that ended was cut off, so that another has to do what it was started for. */
export function isCutOff({ ending }: Exit): boolean {
  if (ending.kind === 'closed')
    return ending.reason !== closeReasons.done && ending.reason !== closeReasons.silent;
  return ending.kind === 'lease';
}

/** The generations of a place, oldest first, as whole paths; none when there is no such folder. */
export function generations(place: string): string[] {
  const names = readNames(place).filter((name) => /^gen-\d{4,}$/.test(name));
  return names.sort().map((name) => join(place, name));
}

/** Looks at the newest generation that a keeper claimed. Changes nothing and asks nobody. */
export async function look(place: string): Promise<Found> {
  for (const folder of generations(place).reverse()) {
    const claim = readClaim(folder);
    if (claim?.kind === 'keeper') return lookAt(folder, claim);
  }
  return { kind: 'none' };
}

export async function lookAt(folder: string, claim: Keeper): Promise<Exclude<Found, { kind: 'none' }>> {
  const before = readExit(folder);
  if (before !== null) return { kind: 'ended', folder, claim, exit: before };
  if (await isAlive(claim.process)) return { kind: 'running', folder, claim };
  // It may have ended between the two looks, or have been killed right before it wrote the file.
  const exit = readExit(folder) ?? readJournalledExit(folder);
  return exit === null ? { kind: 'lost', folder, claim } : { kind: 'ended', folder, claim, exit };
}

/** Null while there is none, or none that can be read. */
export function readClaim(folder: string): Claim | null {
  return parseFile(join(folder, files.claim), ClaimFile);
}

function readExit(folder: string): Exit | null {
  return parseFile(join(folder, files.exit), ExitFile);
}

/** The exit as the last record of the journal has it. */
function readJournalledExit(folder: string): Exit | null {
  try {
    const tail = readEnd(join(folder, files.journal), exitBytes);
    const record: unknown = JSON.parse(tail.text.trimEnd().split('\n').at(-1) ?? '');
    const { exit } = z.object({ d: z.literal('exit'), exit: z.looseObject({}) }).parse(record);
    return ExitFile.parse({ ...exit, end: tail.size });
  } catch {
    return null;
  }
}

function readEnd(path: string, bytes: number): { text: string; size: number } {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(bytes, size));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return { text: buffer.toString(), size };
  } finally {
    closeSync(fd);
  }
}

function parseFile<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
