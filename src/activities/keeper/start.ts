import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../config/package-root.js';
import { awaitClaim, layTombstone } from './await-claim.js';
import type { Found } from './place.js';
import { generations, isCutOff, lookAt, readClaim } from './place.js';
import { keeperFlags } from './process/flags.js';
import { errorCode } from './process/guards.js';
import type { KeeperSpec } from './protocol.js';
import { files } from './protocol.js';
import { endRemains } from './strays.js';

/** A keeper needs nothing of the worker's environment but these; its program gets its own in the specification. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ'];
const logBytes = 2_000;

/** A keeper that could not even begin. The message has what it printed. */
export class KeeperStartError extends Error {
  override readonly name = 'KeeperStartError';
}

/**
 * The one keeper of a place: the running one, the one that has ended, or a new one, also after one that was
 * lost or cut off before; then that is how the new one ended as well. Any number of callers, in any number of processes, get
 * the same. A new one is told what `specAfter` gives for the generation before it, null for the first. Generations up to `past` are
 * over, however they ended. Throws `KeeperStartError`.
 */
export async function ensureKeeper(
  place: string,
  specAfter: (newest: string | null) => Promise<KeeperSpec>,
  past: string | null = null,
): Promise<Exclude<Found, { kind: 'none' }>> {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const known = numberOf(generations(place).at(-1));
  const over = numberOf(past ?? undefined);
  for (;;) {
    const newest = generations(place).at(-1);
    const claim = newest === undefined ? null : await awaitClaim(newest);
    if (newest !== undefined && claim?.kind === 'keeper') {
      const found = await lookAt(newest, claim);
      const isNew = numberOf(newest) > known;
      const isOver = numberOf(newest) <= over;
      if (found.kind === 'running') return found;
      if (found.kind === 'ended' && !isOver && (isNew || !isCutOff(found.exit))) return found;
      if (found.kind === 'lost') {
        if (isNew) return refuseIfItSaysWhy(found);
        await endRemains(claim);
      }
    }
    await startNext(place, numberOf(newest) + 1, () => specAfter(newest ?? null));
  }
}

/** A keeper that was killed says nothing; one that failed would fail again. */
function refuseIfItSaysWhy<T extends { folder: string }>(lost: T): T {
  const reason = tailOf(join(lost.folder, files.log));
  if (reason !== '') throw new KeeperStartError(`the keeper has failed\n${reason}`);
  return lost;
}

/** Zero when there is none. */
function numberOf(generation: string | undefined): number {
  return generation === undefined ? 0 : Number(basename(generation).slice('gen-'.length));
}

/** Whoever makes the folder starts the keeper; all others find the folder and wait for its claim. */
async function startNext(place: string, number: number, specOf: () => Promise<KeeperSpec>): Promise<void> {
  const folder = join(place, `gen-${String(number).padStart(4, '0')}`);
  // Before the folder is there: others wait for its claim, and give up on one that does not come.
  const spec = await specOf();
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  await startKeeper(folder, spec);
}

/** Returns when the keeper has claimed its folder. */
async function startKeeper(folder: string, spec: KeeperSpec): Promise<void> {
  const log = openSync(join(folder, files.log), 'a', 0o600);
  const keeper = spawn(process.execPath, [...keeperFlags, join(packageRoot(), 'dist', 'keeper.js'), folder], {
    // In a session of its own, so that nothing that ends the worker ends it too.
    detached: true,
    cwd: '/',
    env: keeperEnvironment(),
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const ended = new Promise<string>((done) => {
    keeper.once('error', (error) => done(error.message));
    keeper.once('exit', (code, signal) => done(`it ended with ${signal ?? code ?? 'nothing'}`));
  });
  // It is told on a pipe, because the environment of a process can be read as long as it lives.
  keeper.stdin?.on('error', () => undefined);
  keeper.stdin?.end(JSON.stringify(spec));
  keeper.unref();

  const failure = await Promise.race([ended, awaitClaim(folder).then(() => null)]);
  if (failure === null || readClaim(folder) !== null) return;
  layTombstone(folder);
  throw new KeeperStartError(
    `the keeper could not begin: ${failure}\n${tailOf(join(folder, files.log))}`.trim(),
  );
}

function keeperEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
}

function tailOf(log: string): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trim().slice(-logBytes) : '';
}
