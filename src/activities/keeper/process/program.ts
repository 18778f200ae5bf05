import { setTimeout as sleep } from 'node:timers/promises';
import type { KeeperSpec } from '../protocol.js';
import type { Child, Ending } from './child.js';
import { notStarted, startChild } from './child.js';
import type { Answer } from './control.js';
import type { Reach } from './fault.js';
import { messageOf } from './guards.js';
import { createInput } from './input.js';
import type { Journal } from './journal.js';
import { startTimer } from './lease.js';
import { openLineStreams } from './line-streams.js';
import { openOutputStreams } from './output-streams.js';
import type { Refusal, Streams } from './streams.js';
import type { Tree } from './tree.js';
import { endTree, signalTree } from './tree.js';

/** The one program of this keeper. */
export interface Program {
  /** Starts it and waits until it and all it started have ended and its output is stored. To be called once. */
  run(): Promise<Outcome>;
  /** Asks for the end; the first cause counts. Returns at once. */
  end(cause: Ending, graceMs?: number): void;
  readonly child: { pid: number } | null;
  /** Aborted once nobody waits for what a full disk does not take. */
  readonly letGo: AbortSignal;
  write(key: string, line: string): Answer;
  signal(signal: NodeJS.Signals): void;
}

export interface Outcome {
  ending: Ending;
  outputProblem: string | null;
}

/** What a program left behind when it ended by itself gets no longer than this to end. */
const leftoverMs = 2_000;
/** A program that KILL does not end hangs in the kernel; nobody waits longer for it. */
const killedMs = 1_000;
/** Of the journal of a program whose output goes elsewhere: for its tool calls. */
const journalBytes = 64 * 1024 * 1024;

const notRunning: Refusal = { code: 'ENDED', message: 'the program is not running, or is being ended' };

export function createProgram(spec: KeeperSpec, journal: Journal, reached: Reach): Program {
  let streams: Streams | null = null;
  let child: Child | null = null;
  let cause: Ending | null = null;
  let graceMs = spec.graceMs;
  let isOver = false;
  const letGo = new AbortController();
  /** Why records are missing. */
  const missing: string[] = [];
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((done) => (ask = done));

  const treeOf = ({ pid, start }: Child): Tree => {
    return { cookie: spec.cookie, leader: { pid, start }, groupIsOurs: true };
  };
  const end: Program['end'] = (why, grace = spec.graceMs) => {
    // Somebody who wants the end, or nobody at all, waits for no room on the disk.
    if (why.kind === 'closed' || why.kind === 'lease') letGo.abort();
    if (cause !== null || isOver) return;
    cause = why;
    graceMs = grace;
    if (why.kind === 'closed') journal.put([{ d: 'note', s: `to be ended: ${why.reason}` }]);
    else journal.put([{ d: 'note', s: `to be ended: ${why.kind}` }]);
    ask();
  };
  const input = createInput(
    journal,
    {
      refusal: () => (streams === null || cause !== null || isOver ? notRunning : streams.refusal()),
      send: (line) => streams?.send(line),
    },
    reached,
  );
  const limit = spec.io.kind === 'lines' ? spec.io.journalLimitBytes : journalBytes;
  const holdToLimit = (): void => {
    if (journal.end <= limit) return;
    streams?.discard();
    end({ kind: 'output_limit' });
  };

  /** Lets the program end by itself when its input ends, where it has one that can. */
  const endInput = async (exited: Promise<Ending>): Promise<void> => {
    const isPolite = cause?.kind !== 'output_limit' && streams?.closeInput() === true;
    if (isPolite) await within(graceMs, exited);
  };
  /** From the program's end on, a full disk is waited for as long as somebody may want what it does not take. */
  const limitPatience = (open: Streams | null): void => {
    const giveUp = (): void => {
      if (journal.stalled === null) return;
      missing.push(journal.stalled);
      journal.abandon();
      open?.discard();
    };
    const giveUpFromNowOn = (): void => {
      giveUp();
      journal.events.on('stalled', giveUp);
    };
    // What counts of a program without a protocol is in its output file.
    if (spec.io.kind === 'output') letGo.abort();
    if (letGo.signal.aborted) giveUpFromNowOn();
    else letGo.signal.addEventListener('abort', giveUpFromNowOn, { once: true });
  };
  const finishOutput = async (open: Streams): Promise<string | null> => {
    limitPatience(open);
    const problem = await open.finish();
    // All output may have been read when the disk was full: until it is written, or given up, nobody knows what is missing.
    await journal.written();
    const [code] = missing;
    return problem ?? (code === undefined ? null : `the journal's last records are missing: ${code}`);
  };

  const runWith = async (open: Streams): Promise<Outcome> => {
    streams = open;
    const started = await startChild(spec, open);
    if ('kind' in started) return { ending: started, outputProblem: await finishOutput(open) };
    child = started;
    reached('spawned');
    const timer =
      spec.timeoutMs === null ? undefined : startTimer(spec.timeoutMs, () => end({ kind: 'timed_out' }));
    journal.events.on('grew', holdToLimit);

    const own = await Promise.race([started.exited, asked]);
    if (own === undefined) await endInput(started.exited);
    isOver = true;
    clearTimeout(timer);
    await endTree(treeOf(started), own === undefined ? graceMs : Math.min(leftoverMs, spec.graceMs));
    await within(killedMs, started.exited);
    const outputProblem = await finishOutput(open);
    return { ending: cause ?? own ?? { kind: 'exited', exitCode: null, signal: null }, outputProblem };
  };

  return {
    get child() {
      return child === null ? null : { pid: child.pid };
    },
    letGo: letGo.signal,
    end,
    write: (key, line) => input.write(key, line),
    signal(signal) {
      if (child !== null) void signalTree(treeOf(child), signal);
    },
    async run() {
      try {
        const open = spec.io.kind === 'lines' ? openLineStreams(journal) : await openOutputStreams(spec.io);
        return await runWith(open);
      } catch (error) {
        limitPatience(null);
        return { ending: notStarted(messageOf(error)), outputProblem: null };
      }
    },
  };
}

async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([promise, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
