import { tryCommand } from './try-command.js';

/** Before a command: the kernel kills the program together with the process that starts it. */
export const diesWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

let prefix: Promise<string[]> | undefined;

/**
 * The words to put before a command so that the kernel kills the program together with this
 * process; none where the system has no such thing. Asked once in the life of a process.
 */
export function diesWithUs(): Promise<string[]> {
  prefix ??= tryCommand([...diesWithParent, 'true'], process.env).then((problem) =>
    problem === null ? [...diesWithParent] : [],
  );
  return prefix;
}
