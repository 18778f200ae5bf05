import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';

/** The two ends of a real pipe. Node's own pipes are sockets, on which `> /dev/stdout` and `cat /dev/stdin` fail. */
export interface Pipe {
  ours: Socket;
  /** For `spawn`; to be closed once the program runs. */
  theirs: number;
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** Pipes by the names given, made in the working directory and unnamed again. */
export function openPipes(names: { input: string[]; output: string[] }): { input: Pipe[]; output: Pipe[] } {
  const all = [...names.input, ...names.output];
  execFileSync('mkfifo', ['-m', '600', '--', ...all], { stdio: 'ignore' });
  try {
    return { input: names.input.map(openInput), output: names.output.map(openOutput) };
  } finally {
    for (const name of all) rmSync(name, { force: true });
  }
}

/** Opening one end of a pipe waits for the other, unless it is for reading and without blocking. */
function openInput(path: string): Pipe {
  const opener = openSync(path, O_RDONLY | O_NONBLOCK);
  const ours = openSync(path, O_WRONLY | O_NONBLOCK);
  // Not the opener: programs do not expect an input that never blocks.
  const theirs = openSync(path, O_RDONLY);
  closeSync(opener);
  return { ours: new Socket({ fd: ours, readable: false, writable: true }), theirs };
}

function openOutput(path: string): Pipe {
  const ours = openSync(path, O_RDONLY | O_NONBLOCK);
  const theirs = openSync(path, O_WRONLY);
  return { ours: new Socket({ fd: ours, readable: true, writable: false }), theirs };
}
