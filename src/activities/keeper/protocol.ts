/**
 * What a keeper and its clients agree on: the files of a generation, the records of its journal and
 * the frames of its socket. Everything is a line, and but for output in the journal it is JSON. docs/keeper.md tells the story.
 *
 * A *place* is a folder that stands for one program (`<run directory>/keepers/turn-3-1f2e3d4c`). It holds
 * generations, `gen-0001`, `gen-0002`, …: a keeper owns its generation for ever, and a lost one is
 * followed by the next. No lock is ever taken over.
 */

/** Of files and frames together. A client speaks to no keeper of another version: it waits for its end and reads its files. */
export const protocolVersion = 2;

/** The files of a generation. */
export const files = {
  /** The claim, made by `link(2)`: who holds it is the keeper, or a tombstone. */
  claim: 'keeper.json',
  journal: 'journal.log',
  /** Control. Of mode 0600, in a folder of mode 0700. */
  socket: 'sock',
  /** Written once, by rename, after the last record of the journal. */
  exit: 'exit.json',
  /** What the keeper itself prints; empty when all is well. */
  log: 'keeper.log',
} as const;

/** Names one process for ever: pids come again, these three together do not. */
export interface ProcessName {
  bootId: string;
  pid: number;
  /** As `processes.ts` gives it. */
  start: string;
}

/** Whose program it is, for `continuo ps` and for sweeping. */
export interface Owner {
  project: string;
  identifier: string;
  workflowId: string;
  workflowRun: string;
  kind: 'agent' | 'check' | 'hook';
  /** For people: `turn 3`, `check test`, `hook before_run`. */
  title: string;
}

export type Claim =
  | {
      kind: 'keeper';
      version: number;
      /** A nonce: a socket that answers with another one belongs to somebody else. */
      id: string;
      process: ProcessName;
      owner: Owner;
      /** The value of `CONTINUO_PROGRAM` in the environment of all that the program starts. */
      cookie: string;
      /** RFC 3339. */
      startedAt: string;
    }
  /** A starter gave up on this generation before its keeper came; a late keeper finds it and ends. */
  | { kind: 'tombstone' };

/** A tool that the agent may call, as MCP lists it. `inputSchema` is a JSON Schema. */
export interface ToolDeclaration {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
}

/** A moment at which a test kills the keeper: the record or write with this key has just been done. */
export interface Fault {
  at: 'claimed' | 'spawned' | 'journalled' | 'written' | 'exit_journalled' | 'exit_written';
  /** The key of the write it is about; every one when it is missing. */
  key?: string;
}

/** What a keeper is to do. It gets this on its standard input, because the environment may hold a secret. */
export interface KeeperSpec {
  version: number;
  owner: Owner;
  /** The whole command, containment included; never a string for a shell. */
  argv: string[];
  cwd: string;
  /** The complete environment of the program. */
  env: Record<string, string>;
  cookie: string;
  io: ProgramIo;
  /** The program's total time, by the monotonic clock: a laptop's sleep does not count. Null for no limit. */
  timeoutMs: number | null;
  /** How long it goes on while no writer is attached. */
  leaseMs: number;
  /** Between end of input, TERM and KILL. */
  graceMs: number;
  tools: ToolDeclaration[];
  fault: Fault | null;
}

export type ProgramIo =
  /** A protocol of lines on stdin and stdout: each is journalled, none is ever dropped. */
  | { kind: 'lines'; journalLimitBytes: number }
  /** stdin is a text, or nothing; stdout and stderr go together to a file, of which head and tail are kept. */
  | { kind: 'output'; stdin: string | null; file: string; limitBytes: number };

/** Why clients ask for the end of a program. After the first two it has done what it was started for. */
export const closeReasons = { done: 'done', silent: 'silent', cancelled: 'cancelled' } as const;

/** How a program ended; also the content of `exit.json`. */
export interface Exit {
  ending:
    | { kind: 'exited'; exitCode: number | null; signal: string | null }
    | { kind: 'timed_out' }
    /** A client asked for the end, or the keeper got SIGTERM. */
    | { kind: 'closed'; reason: string }
    /** Nobody was attached for too long. */
    | { kind: 'lease' }
    /** The journal is full. */
    | { kind: 'output_limit' }
    | { kind: 'not_started'; message: string };
  durationMs: number;
  /** Why the output file is not whole; null when it is. */
  outputProblem: string | null;
  /** The journal's size in bytes. */
  end: number;
  /** RFC 3339. */
  at: string;
}

/**
 * One line of the journal, as `record-text.ts` writes and reads it. `n` counts from 1, `t` is milliseconds since 1970. Its offset is the
 * byte position of the line. `part` marks a piece of a line that goes on in the next record of the same `d`:
 * pieces are cut at a character's boundary, at 1 MiB.
 */
export type JournalRecord = { n: number; t: number } &
  /** Written to the program; the key was never used before. `journalled` means: may have been delivered. */
  (
    | { d: 'in'; key: string; s: string }
    | { d: 'out' | 'err'; s: string; part?: true }
    /** The agent calls a tool; the keeper gave the id. */
    | { d: 'call'; id: string; name: string; arguments: unknown }
    | { d: 'result'; id: string; result: ToolResult }
    /**
     * For people. With `clockMs` the clock has jumped by so much since the record before, because it was set or the machine
     * slept: the difference of their `t` has it in it, and no program ran for it.
     */
    | { d: 'note'; s: string; clockMs?: number }
    | { d: 'exit'; exit: Omit<Exit, 'end'> }
  );

/** As MCP has it. */
export interface ToolResult {
  content: { type: 'text'; text: string }[];
  isError?: boolean;
}

/** To the keeper. Frames but `attach` need the writer's right, and are answered by `error` `NOT_WRITER` without it. */
export type ToKeeper =
  /**
   * With an epoch: as the writer. A higher epoch evicts the writer that is there; an equal or lower one
   * than any before is refused as `STALE`. Without: as a reader. `id` is the nonce of the claim.
   */
  | { op: 'attach'; version: number; id: string; epoch?: number }
  /** Journals the line, writes it with a newline, and acknowledges, in this order. A known key is only acknowledged. */
  | { op: 'write'; key: string; line: string }
  /** To the program and all it started. */
  | { op: 'signal'; signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' }
  /** End of input, then TERM, then KILL, with the grace between them. */
  | { op: 'close'; reason: string; graceMs?: number }
  /** Journals the result, then hands it to the agent. A second result for a call is only acknowledged. */
  | { op: 'tool_result'; id: string; result: ToolResult };

/** From the keeper. */
export type FromKeeper =
  | {
      ev: 'hello';
      version: number;
      /** The claim's nonce. */
      id: string;
      /** The program; null when it could not be started, or not yet. */
      child: { pid: number } | null;
      /** The journal's size now: read up to it before anything is decided. */
      end: number;
      exit: Exit | null;
      /** The error code of a disk that takes no more, while the program is held back; null when all is well. */
      stalled: string | null;
      /** The highest epoch so far; null before the first writer. */
      epoch: number | null;
      attached: boolean;
      rssBytes: number;
    }
  | { ev: 'grew'; end: number }
  /** `key` is that of the write, or the id of the tool call. `at`: the offset of its record. */
  | { ev: 'ack'; key: string; at: number; duplicate: boolean }
  | { ev: 'evicted'; epoch: number }
  | { ev: 'stalled'; code: string }
  | { ev: 'exit'; exit: Exit }
  | { ev: 'error'; code: ErrorCode; key?: string; message?: string };

export type ErrorCode =
  | 'STALE'
  | 'NOT_WRITER'
  | 'ENDED'
  | 'WRONG_KEEPER'
  | 'WRONG_VERSION'
  | 'BAD_FRAME'
  /** The record could not be written: nothing was delivered. */
  | 'DISK'
  /** The program does not read, and too much waits for it: nothing was journalled. Send it again later. */
  | 'BUSY';

/** Of a shim's frame, in bytes: larger things than that belong into files. */
export const longestShimFrame = 1024 * 1024;

/** On the tools socket (`tools-socket.ts`), from the shim. */
export type FromShim = { op: 'list' } | { op: 'call'; call: string; name: string; arguments: unknown };
/** On the tools socket, to the shim; `call` is the shim's own number for it. */
export type ToShim =
  | { ev: 'tools'; tools: ToolDeclaration[] }
  | { ev: 'result'; call: string; result: ToolResult }
  | { ev: 'error'; code: ErrorCode; message?: string };
