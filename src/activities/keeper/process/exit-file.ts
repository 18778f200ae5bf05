import { closeSync, constants, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Exit } from '../protocol.js';
import { files } from '../protocol.js';

const draft = `${files.exit}.draft`;
/** An exit is a few hundred bytes. */
const reserveBytes = 4096;

/** Takes the room that the exit will need, so that a disk that is full by then cannot lose it. */
export function reserveExit(): void {
  const fd = openSync(draft, 'wx', 0o600);
  writeSync(fd, ' '.repeat(reserveBytes));
  closeSync(fd);
}

/** Puts `exit.json` in place in one step. Throws when the disk takes nothing. */
export function writeExit(exit: Exit): void {
  try {
    putInPlace(exit);
  } catch {
    // A program that is not contained may have put something in the way of the truth.
    for (const file of [draft, files.exit]) rmSync(file, { recursive: true, force: true });
    putInPlace(exit);
  }
}

function putInPlace(exit: Exit): void {
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    ftruncateSync(fd, writeSync(fd, JSON.stringify(exit), 0));
  } finally {
    closeSync(fd);
  }
  renameSync(draft, files.exit);
}
