import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked, KeeperConnection } from './connection.js';
import type { JournalReader } from './journal.js';
import { openJournal } from './journal.js';
import type { Started } from './program.js';
import { isUnwanted, keeperSpec } from './program.js';
import type { Exit, Fault, JournalRecord, ToolDeclaration, ToolResult } from './protocol.js';
import { ensureKeeper } from './start.js';
import type { Ending } from './watch.js';
import { EvictedError, isOpen, withKeeper } from './watch.js';

/**
 * A protocol of lines as a reducer over the journal: any worker that reads the same records is in the same state.
 * Both functions are pure. `next` is asked only when everything that has happened was applied.
 */
export interface LineProtocol<S, R> {
  initial: S;
  apply(state: S, record: JournalRecord): S;
  /** What is to be done now; nothing means to wait for more records. */
  next(state: S): Step<R>[];
}

export type Step<R> =
  /** The key is the same whoever writes it and however often: the keeper drops the second. */
  | { kind: 'write'; key: string; line: string }
  | { kind: 'tool_result'; id: string; result: ToolResult }
  | { kind: 'done'; result: R };

export interface SessionSpec<S, R> extends Started {
  protocol: LineProtocol<S, R>;
  journalLimitBytes: number;
  tools?: ToolDeclaration[];
  /** Told each state that all records known so far lead to, for heartbeats. */
  onState?: (state: S) => void;
  /** For tests. */
  fault?: Fault;
}

export type SessionResult<S, R> =
  | { kind: 'done'; result: R; state: S }
  /** The program ended before its protocol did. */
  | { kind: 'ended'; exit: Exit; state: S }
  /** The keeper was killed; or there is none, and the end was asked for before. */
  | { kind: 'lost'; state: S };

const retryMs = 500;

/**
 * Attaches to the program of the place, or starts it, and carries its protocol on from wherever the last worker left
 * it, to its end; then the program is ended. Nothing is written twice. Throws `LeftError`, `EvictedError`
 * and `KeeperStartError`.
 */
export async function runSession<S, R>(spec: SessionSpec<S, R>): Promise<SessionResult<S, R>> {
  const { place, protocol, journalLimitBytes, tools = [], fault = null } = spec;
  if (await isUnwanted(spec)) return { kind: 'lost', state: protocol.initial };

  const io = { kind: 'lines', journalLimitBytes } as const;
  const found = await ensureKeeper(place, keeperSpec(spec, io, { tools, fault }));
  const { folder, claim } = found;
  const session = new Session(protocol, openJournal(folder), spec);
  try {
    const ending =
      found.kind === 'running'
        ? await withKeeper(folder, claim, spec, (connection) => session.carryOn(connection))
        : found;
    // A dead keeper's journal is whole up to its last newline.
    await session.read(ending.kind === 'ended' ? ending.exit.end : Number.MAX_SAFE_INTEGER);
    return session.resultOf(ending);
  } finally {
    await session.close();
  }
}

class Session<S, R> {
  private state: S;
  private readonly sent = new Set<string>();

  constructor(
    private readonly protocol: LineProtocol<S, R>,
    private readonly journal: JournalReader,
    private readonly spec: SessionSpec<S, R>,
  ) {
    this.state = protocol.initial;
  }

  /** Until the program has ended, also because the protocol is done, or the connection is gone. */
  async carryOn(connection: KeeperConnection): Promise<void> {
    let isDone = false;
    for (;;) {
      // Before anything is decided: what is done below must not miss a frame that comes meanwhile.
      const news = connection.news();
      await this.read(connection.end, this.spec.leave);
      if (!isOpen(connection)) return;
      const steps = isDone ? [] : this.protocol.next(this.state);
      if (steps.some(({ kind }) => kind === 'done')) {
        isDone = true;
        connection.send({ op: 'close', reason: 'done' });
      }
      const isAllSent = isDone || (await this.take(steps, connection));
      await (isAllSent ? news : Promise.race([news, sleep(retryMs)]));
    }
  }

  async read(end: number, leave?: AbortSignal): Promise<void> {
    const take = (record: JournalRecord) => {
      this.state = this.protocol.apply(this.state, record);
    };
    await this.journal.readTo(end, take, leave);
    this.spec.onState?.(this.state);
  }

  resultOf(ending: Ending): SessionResult<S, R> {
    const { state } = this;
    const done = this.protocol.next(state).find((step) => step.kind === 'done');
    if (done !== undefined) return { kind: 'done', result: done.result, state };
    return ending.kind === 'ended' ? { kind: 'ended', exit: ending.exit, state } : { kind: 'lost', state };
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  /** Sends what was not sent before. False when something has to wait: for room on the disk, or for a program that reads. */
  private async take(steps: Step<R>[], connection: KeeperConnection): Promise<boolean> {
    let isHeldBack = false;
    for (const step of steps) {
      // Lines keep their order; a result has a way of its own, and may be what the program waits for.
      if (step.kind === 'done' || (isHeldBack && step.kind === 'write')) continue;
      const name = step.kind === 'write' ? `the line ${step.key}` : `the result of ${step.id}`;
      if (this.sent.has(name)) continue;
      const refusal = await connection.ask(frameOf(step));
      if (refusal === null || refusal === 'ENDED') this.sent.add(name);
      else if (refusal === 'DISK' || refusal === 'BUSY') isHeldBack = true;
      else if (refusal === 'NOT_WRITER') throw new EvictedError();
      else throw new Error(`the keeper does not take ${name}: ${refusal}`);
    }
    return !isHeldBack;
  }
}

function frameOf<R>(step: Exclude<Step<R>, { kind: 'done' }>): Asked {
  if (step.kind === 'write') return { op: 'write', key: step.key, line: step.line };
  return { op: 'tool_result', id: step.id, result: step.result };
}
