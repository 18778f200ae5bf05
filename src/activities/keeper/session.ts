import { basename } from 'node:path';
import type { Asked, KeeperConnection } from './connection.js';
import type { JournalReader } from './journal.js';
import { openJournal } from './journal.js';
import type { Started } from './program.js';
import { Past } from './past.js';
import { generations } from './place.js';
import type { ToolCall } from './calls.js';
import { Calls } from './calls.js';
import { isUnwanted, keeperSpec } from './program.js';
import type { Exit, Fault, JournalRecord, ToolDeclaration, ToolResult } from './protocol.js';
import { closeReasons } from './protocol.js';
import { ensureKeeper } from './start.js';
import type { Ending } from './watch.js';
import { EvictedError, isOpen, withKeeper } from './watch.js';

/**
 * A protocol of lines as a reducer over the journal: any worker that reads the same records is in the same state.
 * `next` is asked only when everything that has happened was applied.
 */
export interface LineProtocol<S, R> {
  initial: S;
  apply(state: S, record: JournalRecord): S;
  /** The program was cut off, and another one begins that knows nothing of it. All its records were applied. */
  restart(state: S): S;
  /** Calls of tools that wait for their results. */
  calls?(state: S): ToolCall[];
  /** What is to be done now; nothing means to wait for more records. `results` are those of the open calls, as they come. */
  next(state: S, results: ReadonlyMap<string, ToolResult>): Step<R>[];
}

export type Step<R> =
  /** The key is the same whoever writes it and however often: the keeper drops the second. */
  | { kind: 'write'; key: string; line: string }
  | { kind: 'tool_result'; id: string; result: ToolResult }
  /** The program is ended. */
  | { kind: 'done'; result: R }
  /** The program is ended, as if it had been cut off: another one begins, in the state that `restart` gives. */
  | { kind: 'again' }
  /** The program goes on by itself, as long as its lease lasts: it waits for what no worker can give it now. */
  | { kind: 'suspend'; result: R };

/**
 * How long a program may take, in milliseconds: for any line, or for an answer to the last that was written to it. Only
 * time in which a worker was there counts, so that a machine that slept ends nothing.
 */
export interface SessionPatience {
  ms: number;
  for: 'a line' | 'an answer';
}

type Progress = 'wait' | 'ending' | 'detach';
type Sent = Extract<Step<never>, { kind: 'write' | 'tool_result' }>;

export interface SessionSpec<S, R> extends Omit<Started, 'argv' | 'env'> {
  /** The program, for the state in which it begins. Called only when it is to be started. */
  launch(state: S): Promise<Pick<Started, 'argv' | 'env'>>;
  protocol: LineProtocol<S, R>;
  journalLimitBytes: number;
  tools?: ToolDeclaration[];
  /**
   * Finds out the result of a call; null leaves it to the protocol. Asked once by each worker: one that dies between
   * the effect and the result is followed by one that asks again, with the same key, which no other call has.
   */
  onCall?: (call: ToolCall, key: string) => Promise<ToolResult | null>;
  /** How long the program is waited for in this state; null for as long as it likes. */
  patience?: (state: S) => SessionPatience | null;
  /** How long it may still run in this state, in milliseconds from now, said nothing or not; null for as long as it likes. */
  timeLeftMs?: (state: S) => number | null;
  /** Calls `changed` when `next` may have more to say although the program was silent. Returns how to stop. */
  listen?: (changed: () => void) => () => void;
  /** Told each state that all records known so far lead to, for heartbeats. */
  onState?: (state: S) => void;
  /** For tests. */
  fault?: Fault;
}

export type SessionResult<S, R> =
  | { kind: 'done'; result: R; state: S }
  /** The program waits, without a worker. */
  | { kind: 'suspended'; result: R; state: S }
  /** It was ended, because it was silent for longer than its state allows, or no time was left. */
  | { kind: 'silent'; state: S }
  /** The program ended before its protocol did. */
  | { kind: 'ended'; exit: Exit; state: S }
  /** The keeper was killed; or there is none, and the end was asked for before. */
  | { kind: 'lost'; state: S };

const retryMs = 500;

/**
 * Attaches to the program of the place, or starts it, and carries its protocol on from wherever the last worker left
 * it, to its end; then the program is ended. One that was cut off is followed by another, in the state to which all
 * journals before lead. Nothing is written twice. Throws `LeftError`, `EvictedError` and `KeeperStartError`.
 */
export async function runSession<S, R>(spec: SessionSpec<S, R>): Promise<SessionResult<S, R>> {
  const past = new Past(spec.protocol, spec.place);
  for (;;) {
    if (await isUnwanted(spec, past.newest))
      return { kind: 'lost', state: await past.readTo(generations(spec.place).at(-1) ?? null) };
    const result = await runGeneration(spec, past);
    if (result.kind !== 'again') return result;
  }
}

/** Attaches to the generation after those of the past, or starts it. */
async function runGeneration<S, R>(spec: SessionSpec<S, R>, past: Past<S>): Promise<Progressed<S, R>> {
  const { place, journalLimitBytes, tools = [], fault = null } = spec;
  const io = { kind: 'lines', journalLimitBytes } as const;
  const specAfter = async (newest: string | null) => {
    const program = await spec.launch(await past.readTo(newest));
    return keeperSpec({ ...spec, ...program }, io, { tools, fault });
  };
  const found = await ensureKeeper(place, specAfter, past.newest);
  const { folder, claim } = found;
  const session = new Session(spec, folder, await past.readBefore(folder), openJournal(folder));
  try {
    const ending =
      found.kind === 'running'
        ? await withKeeper(folder, claim, spec, (connection) => session.carryOn(connection))
        : found;
    // A dead keeper's journal is whole up to its last newline.
    if (ending.kind !== 'detached')
      await session.read(ending.kind === 'ended' ? ending.exit.end : Number.MAX_SAFE_INTEGER);
    const result = session.resultOf(ending);
    if (result.kind === 'again') past.add(folder, result.state);
    return result;
  } finally {
    await session.close();
  }
}

type Progressed<S, R> = SessionResult<S, R> | { kind: 'again'; state: S };

class Session<S, R> {
  private readonly sent = new Set<string>();
  private readonly calls: Calls;
  private nudge: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private heardAt = performance.now();
  private askedAt = performance.now();

  constructor(
    private readonly spec: SessionSpec<S, R>,
    folder: string,
    private state: S,
    private readonly journal: JournalReader,
  ) {
    const { place, onCall } = spec;
    const answer =
      onCall && ((call: ToolCall) => onCall(call, [basename(place), basename(folder), call.id].join('/')));
    this.calls = new Calls(answer, () => this.nudge());
  }

  /** Until the program has ended, or the connection is gone; `detached` when the program is to wait alone. */
  async carryOn(connection: KeeperConnection): Promise<'detached' | undefined> {
    this.nudge = () => connection.nudge();
    const stop = this.spec.listen?.(this.nudge);
    try {
      let isEnding = false;
      for (;;) {
        // Before anything is decided: what is done below must not miss what comes meanwhile.
        const news = connection.news();
        await this.read(connection.end, this.spec.leave);
        if (!isOpen(connection)) return undefined;
        const outcome: Progress = isEnding ? 'wait' : await this.proceed(connection);
        if (outcome === 'detach') return 'detached';
        isEnding ||= outcome === 'ending';
        await news;
      }
    } finally {
      clearTimeout(this.timer);
      stop?.();
    }
  }

  async read(end: number, leave?: AbortSignal): Promise<void> {
    const take = (record: JournalRecord) => {
      this.heardAt = performance.now();
      if (record.d === 'in') this.askedAt = this.heardAt;
      this.state = this.spec.protocol.apply(this.state, record);
    };
    await this.journal.readTo(end, take, leave);
    this.spec.onState?.(this.state);
  }

  resultOf(ending: Ending): Progressed<S, R> {
    const { state } = this;
    const steps = this.spec.protocol.next(state, this.calls.results);
    const done = steps.find((step) => step.kind === 'done');
    if (done !== undefined) return { kind: 'done', result: done.result, state };
    if (steps.some(({ kind }) => kind === 'again')) return { kind: 'again', state };
    if (ending.kind === 'lost') return { kind: 'lost', state };
    if (ending.kind === 'detached') {
      const suspension = steps.find((step) => step.kind === 'suspend');
      if (suspension === undefined) throw new Error('left a program alone that has something to do');
      return { kind: 'suspended', result: suspension.result, state };
    }
    const why = ending.exit.ending;
    const isSilent = why.kind === 'closed' && why.reason === closeReasons.silent;
    return isSilent ? { kind: 'silent', state } : { kind: 'ended', exit: ending.exit, state };
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  /** Does what there is to do now. */
  private async proceed(connection: KeeperConnection): Promise<Progress> {
    const { protocol } = this.spec;
    const isCalled = this.calls.work(protocol.calls?.(this.state) ?? []);
    const steps = protocol.next(this.state, this.calls.results);
    const patienceMs = this.patienceLeft();
    const isDone = steps.some(({ kind }) => kind === 'done' || kind === 'again');
    if (isDone || patienceMs <= 0) {
      const reason = isDone ? closeReasons.done : closeReasons.silent;
      connection.send({ op: 'close', reason });
      return 'ending';
    }
    const isAllSent = await this.take(steps, connection);
    if (isAllSent && !isCalled && steps.some(({ kind }) => kind === 'suspend')) return 'detach';
    clearTimeout(this.timer);
    const pauseMs = isAllSent ? patienceMs : Math.min(patienceMs, retryMs);
    if (pauseMs !== Infinity) this.timer = setTimeout(this.nudge, pauseMs);
    return 'wait';
  }

  private patienceLeft(): number {
    const timeLeftMs = this.spec.timeLeftMs?.(this.state) ?? Infinity;
    const patience = this.spec.patience?.(this.state) ?? null;
    if (patience === null) return timeLeftMs;
    const since = patience.for === 'a line' ? this.heardAt : this.askedAt;
    return Math.min(patience.ms - (performance.now() - since), timeLeftMs);
  }

  /** Sends what was not sent before. False when something has to wait: for room on the disk, or for a program that reads. */
  private async take(steps: Step<R>[], connection: KeeperConnection): Promise<boolean> {
    let isHeldBack = false;
    for (const step of steps) {
      if (step.kind !== 'write' && step.kind !== 'tool_result') continue;
      // Lines keep their order; a result has a way of its own, and may be what the program waits for.
      if (isHeldBack && step.kind === 'write') continue;
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

function frameOf(step: Sent): Asked {
  if (step.kind === 'write') return { op: 'write', key: step.key, line: step.line };
  return { op: 'tool_result', id: step.id, result: step.result };
}
