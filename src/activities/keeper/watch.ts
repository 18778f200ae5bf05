import { setTimeout as sleep } from 'node:timers/promises';
import type { KeeperConnection } from './connection.js';
import { attach, AttachError } from './connection.js';
import type { Keeper } from './place.js';
import { lookAt } from './place.js';
import { signalProcess } from './process-name.js';
import type { Exit } from './protocol.js';
import { closeReasons } from './protocol.js';
import { endRemains } from './strays.js';

/** This attempt was asked to leave: the program goes on, and somebody else takes its result. */
export class LeftError extends Error {
  override readonly name = 'LeftError';
  constructor() {
    super('left; the program goes on');
  }
}

/** A newer attempt has attached: what this one finds out must not count. */
export class EvictedError extends Error {
  override readonly name = 'EvictedError';
  constructor() {
    super('a newer attempt has attached to the program');
  }
}

export interface Wishes {
  epoch: number;
  /** Ends the program with all it started. */
  end?: AbortSignal | undefined;
  /** Detaches, and leaves it running. */
  leave?: AbortSignal | undefined;
}

export type Ending =
  | { kind: 'ended'; exit: Exit }
  | { kind: 'lost' }
  /** It goes on, and this worker has left it. */
  | { kind: 'detached' };

/** Beyond its own grace, for a keeper to end everything; then it is ended itself, and its program with it. */
const endMs = 15_000;
const pollMs = 20;

/**
 * Attaches to a running keeper as the newest writer, and does the work with the connection, until it returns because
 * the connection is open no longer. Then tells how the program ended. Work that returns `detached` leaves it running. Throws `LeftError`, `EvictedError`, and
 * `AttachError` for a keeper of another version, which goes on.
 */
export async function withKeeper(
  folder: string,
  claim: Keeper,
  wishes: Wishes,
  work: (connection: KeeperConnection) => Promise<'detached' | undefined>,
): Promise<Ending> {
  const connection = await tryAttach(folder, claim, wishes);
  if (connection !== null) {
    const stop = heed(wishes, connection, claim);
    try {
      if ((await work(connection)) === 'detached') return { kind: 'detached' };
    } catch (error) {
      // A broken connection is no fault of the work: what the keeper left tells how it ended.
      if (!(error instanceof AttachError)) throw error;
    } finally {
      stop();
      connection.close();
    }
    if (wishes.leave?.aborted) throw new LeftError();
    if (connection.isEvicted) throw new EvictedError();
  }
  return whatIsLeft(folder, claim, wishes);
}

/** Waits until the program has ended, or the connection is gone, also because this attempt is to leave. */
export async function untilEnded(connection: KeeperConnection): Promise<undefined> {
  while (isOpen(connection)) await connection.news();
}

export function isOpen({ exit, isClosed, isEvicted }: KeeperConnection): boolean {
  return exit === null && !isClosed && !isEvicted;
}

/** Null when nobody answers there any more. A keeper that lives and does not answer is ended. */
async function tryAttach(
  folder: string,
  claim: Keeper,
  { epoch, leave }: Wishes,
): Promise<KeeperConnection | null> {
  const deadline = performance.now() + endMs;
  for (;;) {
    try {
      return await attach(folder, claim, epoch);
    } catch (error) {
      if (!(error instanceof AttachError)) throw error;
      if (error.code === 'STALE') throw new EvictedError();
      if (leave?.aborted) throw new LeftError();
      if ((await lookAt(folder, claim)).kind !== 'running') return null;
      // Of another version, or taken for another: it goes on, and its result will be there when it has ended.
      if (error.code !== 'GONE' && error.code !== 'DEAF') throw error;
      // It does not listen yet, or is about to end, or one of us is held up: nothing is ended for a moment's silence.
      if (performance.now() < deadline) await sleep(pollMs);
      else await signalProcess(claim.process, 'SIGKILL');
    }
  }
}

/** Does what is wished for as long as the connection lasts. Returns how to stop. */
function heed({ end, leave }: Wishes, connection: KeeperConnection, claim: Keeper): () => void {
  let timer: NodeJS.Timeout | undefined;
  const endIt = () => {
    connection.send({ op: 'close', reason: closeReasons.cancelled });
    timer = setTimeout(() => void signalProcess(claim.process, 'SIGKILL'), endMs);
  };
  // Whoever waits for news wakes up, and finds the connection closed.
  const leaveIt = () => connection.close();
  end?.addEventListener('abort', endIt, { once: true });
  leave?.addEventListener('abort', leaveIt, { once: true });
  if (end?.aborted) endIt();
  if (leave?.aborted) leaveIt();
  return () => {
    clearTimeout(timer);
    end?.removeEventListener('abort', endIt);
    leave?.removeEventListener('abort', leaveIt);
  };
}

/** Says how it ended, once its process is gone. What a keeper that was killed could not end is ended here. */
async function whatIsLeft(folder: string, claim: Keeper, { epoch, leave }: Wishes): Promise<Ending> {
  const deadline = performance.now() + endMs;
  for (;;) {
    const found = await lookAt(folder, claim);
    if (found.kind === 'ended') return { kind: 'ended', exit: found.exit };
    if (found.kind === 'lost') break;
    if (leave?.aborted) throw new LeftError();
    await refuseIfItGoesOn(folder, claim, epoch);
    if (performance.now() > deadline) await signalProcess(claim.process, 'SIGKILL');
    await sleep(pollMs);
  }
  await endRemains(claim);
  return { kind: 'lost' };
}

/**
 * A connection may break without a farewell: a process that was frozen writes to it before it reads that it was
 * evicted. Then the keeper still answers, and it is not this attempt's to end.
 */
async function refuseIfItGoesOn(folder: string, claim: Keeper, epoch: number): Promise<void> {
  const reader = await attach(folder, claim).catch((error: unknown) => {
    if (error instanceof AttachError) return null;
    throw error;
  });
  if (reader === null) return;
  reader.close();
  const { hello } = reader;
  if (hello.exit !== null) return;
  throw hello.epoch !== null && hello.epoch > epoch ? new EvictedError() : new LeftError();
}
