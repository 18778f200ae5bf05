/** One run of git. */
export interface GitRun {
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** What it reads from its standard input. */
  input: string | Buffer;
}

/** How a run ended. */
export interface GitEnd {
  /** Null when a signal has ended it. */
  exitCode: number | null;
  signal: string | null;
  stdout: Buffer;
  /** The end of it. */
  stderr: string;
}

/** What the worker tells the runner: to run git, or to end a run that it has begun. */
export type Order = { kind: 'run'; id: number; run: GitRun } | { kind: 'end'; id: number };

/** What the runner answers to each `run`, once. */
export type Answer =
  { kind: 'ended'; id: number; end: GitEnd } | { kind: 'failed'; id: number; message: string };
