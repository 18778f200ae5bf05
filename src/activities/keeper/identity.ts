import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const ProcessName = z.object({ pid: z.number().int().positive(), start: z.string() });

/** Names a running program so that a later worker can tell it from another with the same pid. */
const Identity = z.object({
  bootId: z.string(),
  /** The value of `cookieName` in the environment of the program and of all that it starts. */
  cookie: z.string(),
  /** Null for the moment between writing this and starting the program. */
  leader: ProcessName.nullable(),
  /** The process that started it, waits for its end, and removes the file then. */
  keeper: ProcessName.optional(),
  /** Somebody else than its keeper is ending it. */
  ending: z.boolean().optional(),
});
export type Identity = z.infer<typeof Identity>;

/** In a run directory: of the agent or a hook, and of a check. The two may run at the same time. */
export const programIdentity = 'program.json';
export const checksIdentity = 'checks.json';

export const cookieName = 'CONTINUO_PROGRAM';

/** Synchronous on purpose: nothing may come between starting a program and knowing it. */
export function writeIdentity(file: string, identity: Identity): void {
  const temporary = `${file}.${identity.cookie}`;
  writeFileSync(temporary, JSON.stringify(identity), { mode: 0o600 });
  renameSync(temporary, file);
}

/** The stored identity, or null when there is none that can be read. */
export function readIdentity(file: string): Identity | null {
  try {
    return Identity.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Notes that the program is being ended by somebody else than its keeper, if the file is still about it. */
export function markEnding(file: string, identity: Identity): void {
  if (readIdentity(file)?.cookie === identity.cookie) writeIdentity(file, { ...identity, ending: true });
}

/** Removes the file if it is still about this program. */
export function removeIdentity(file: string, cookie: string): void {
  if (readIdentity(file)?.cookie === cookie) rmSync(file, { force: true });
}
