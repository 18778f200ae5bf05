import { posix } from 'node:path';

const longestBytes = 255;

/** Whether a file of the tasks folder is meant as a task: Markdown, and not the folder's own README. */
export function isTaskPath(path: string): boolean {
  const name = posix.basename(path);
  return name.endsWith('.md') && name.toLowerCase() !== 'readme.md';
}

/** `tasks/shop/fix-login.md` is the task `fix-login`. */
export function identifierOf(path: string): string {
  return posix.basename(path, '.md');
}

/** Why a file name cannot name a task, or null. */
export function refuseIdentifier(identifier: string): string | null {
  if (identifier === '.md' || /^\.{0,2}$/.test(identifier)) return 'a file name that is more than dots';
  if (/\p{Cc}|\uFFFD/u.test(identifier)) return 'a file name without control characters';
  if (Buffer.byteLength(identifier) > longestBytes) return `a file name of at most ${longestBytes} bytes`;
  return null;
}

/** Two names that are one on a disk that ignores case are one task. */
export function sameOnDisk(identifier: string): string {
  return identifier.normalize('NFC').toLowerCase();
}

/** `fix-login_page` reads as `Fix login page`. */
export function titleFromIdentifier(identifier: string): string {
  const words = identifier.replace(/[-_]+/g, ' ').trim();
  return words === '' ? identifier : words.charAt(0).toUpperCase() + words.slice(1);
}
