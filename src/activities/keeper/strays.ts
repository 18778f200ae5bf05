import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keeper } from './place.js';
import { look } from './place.js';
import { isAlive, signalProcess } from './process-name.js';
import { endTree } from './process/tree.js';

/** A program that runs now. */
export interface RunningProgram {
  place: string;
  keeper: Keeper;
}

/** Longer than a keeper takes to end a program that does not want to. */
const patienceMs = 15_000;
const pollMs = 25;

/** The programs that run in the places of a folder. */
export async function runningIn(places: string): Promise<RunningProgram[]> {
  const running: RunningProgram[] = [];
  for (const name of await readdir(places).catch(() => [])) {
    const place = join(places, name);
    const found = await look(place);
    if (found.kind === 'running') running.push({ place, keeper: found.claim });
  }
  return running;
}

/** Ends a program with all it started, by asking its keeper; returns when both are gone. */
export async function endProgram({ place, keeper }: RunningProgram): Promise<void> {
  await signalProcess(keeper.process, 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  while (await isAlive(keeper.process)) {
    if (performance.now() > deadline) await signalProcess(keeper.process, 'SIGKILL');
    await sleep(pollMs);
  }
  // One that had to be killed could not end what its program had started.
  if ((await look(place)).kind === 'lost') await endRemains(keeper);
}

/** Ends what is left of a program whose keeper was killed: the kernel ends with a keeper only what it started itself. */
export async function endRemains({ cookie }: Keeper): Promise<void> {
  await endTree({ cookie, leader: null, groupIsOurs: false }, 0);
}

/**
 * Ends what a workflow has left running in a folder of places, but not what `isOwn` names by its key. A
 * workflow does one thing at a time there, so all else of it was cut off: its cancellation came while no worker did.
 */
export async function endStrays(
  places: string,
  workflowId: string,
  isOwn: (key: string) => boolean = () => false,
): Promise<void> {
  const keys = await readdir(places).catch(() => []);
  await Promise.all(
    keys.map(async (key) => {
      const place = join(places, key);
      const found = await look(place);
      if (found.kind === 'none' || found.claim.owner.workflowId !== workflowId || isOwn(key)) return;
      if (found.kind === 'running') await endProgram({ place, keeper: found.claim });
      if (found.kind === 'lost') await endRemains(found.claim);
    }),
  );
}

/** Removes the places whose key is asked for. Nothing must run there. */
export async function removePlaces(places: string, isMeant: (key: string) => boolean): Promise<void> {
  for (const key of await readdir(places).catch(() => [])) {
    if (isMeant(key)) await rm(join(places, key), { recursive: true, force: true });
  }
}
