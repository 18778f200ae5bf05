import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';

/** A file of lines, with older ones beside it: `<path>.1` is the newest of them. */
export interface RotatingFile {
  path: string;
  /** The file is put aside before it grows beyond this. */
  maxBytes: number;
  /** How many older ones stay. */
  keep: number;
}

/** Opening a pipe that nobody reads fails then, in place of waiting for a reader. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK;

/**
 * Adds a line and its end. Throws when it cannot be written: then nothing of it is in the file. The file is opened for each
 * line, so that one which somebody has moved away or removed is begun anew, and a disk that has room again is used again.
 */
export function appendLine(path: string, line: string): void {
  const file = openSync(path, flags, 0o600);
  try {
    const stat = fstatSync(file);
    try {
      writeAll(file, Buffer.from(`${line}\n`));
    } catch (error) {
      // Half a line would spoil the next one.
      if (stat.isFile()) ftruncateSync(file, stat.size);
      throw error;
    }
  } finally {
    closeSync(file);
  }
}

/** Puts the file aside where the line has no room in it. Throws when that cannot be done; the file can still be written to. */
export function makeRoom({ path, maxBytes, keep }: RotatingFile, line: string): void {
  const size = sizeOf(path);
  if (size === 0 || size + Buffer.byteLength(line) + 1 <= maxBytes) return;
  // A link stays where it is.
  const file = realpathSync(path);
  for (let age = keep - 1; age >= 1; age -= 1) moveAside(`${file}.${age}`, `${file}.${age + 1}`);
  renameSync(file, `${file}.1`);
}

/** Zero where there is no such file: what else is wrong with it the next line tells. */
function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : 0;
  } catch {
    return 0;
  }
}

function moveAside(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
