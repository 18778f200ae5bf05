import { tryCommand } from './try-command.js';

/** Bytes; what a program writes there is in the machine's memory. Large files belong into `TMPDIR`, which is on disk. */
const temporaryLimit = 2 * 1024 ** 3;
const sharedLimit = 1024 ** 3;

let knows: Promise<boolean> | undefined;

/** Whether bubblewrap can limit them: since version 0.7. Asked once in the life of a process. */
export function knowsLimits(): Promise<boolean> {
  knows ??= tryCommand(['bwrap', '--size', '4096', '--tmpfs', '/tmp', '--version'], process.env).then(
    (problem) => problem === null,
  );
  return knows;
}

/** Words for bubblewrap that make a place for temporary files. */
export function temporaryFiles(path: string, isLimited: boolean): string[] {
  return [...(isLimited ? ['--size', String(temporaryLimit)] : []), '--tmpfs', path];
}

/** Words for bubblewrap that make `/dev`, where nothing can be written but to the devices and shared memory. */
export function devices(isLimited: boolean): string[] {
  return [
    ...['--dev', '/dev', ...(isLimited ? ['--size', String(sharedLimit)] : []), '--tmpfs', '/dev/shm'],
    ...['--remount-ro', '/dev'],
  ];
}
