import type { Readable, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';

/** Where a command reads; the rest is there on a terminal. */
export type Source = Readable & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;

/** Where a command writes; the rest is there on a terminal. */
export type Sink = Writable & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/** What is around one run of the program: all that it takes from its process. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdin: Source;
  stdout: Sink;
  stderr: Sink;
}
