import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Something to ask a program of the person's own, which nothing untrusted reaches. */
export interface Exchange {
  argv: readonly [string, ...string[]];
  env: Record<string, string>;
  /** Written to it at once. */
  lines: readonly string[];
  isAnswer: (line: string) => boolean;
  patienceMs: number;
}

/**
 * Asks a program one thing by its standard streams, and ends it with everything it started. Comes back with the answer; null where
 * it ends without one, is no program, or says nothing in time.
 */
export function exchange({ argv, env, lines, isAnswer, patienceMs }: Exchange): Promise<string | null> {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd: '/',
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { pid, stdin, stdout } = child;
  let answer: string | null = null;
  const end = () => {
    if (pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(pid);
  };
  const timer = setTimeout(() => {
    end();
    // What it started may hold it open.
    stdout.destroy();
  }, patienceMs);
  createInterface({ input: stdout }).on('line', (line) => {
    if (answer !== null || !isAnswer(line)) return;
    answer = line;
    end();
  });
  // It may end before it has read everything.
  stdin.on('error', () => undefined);
  stdin.write(lines.map((line) => `${line}\n`).join(''));
  return new Promise((done) => {
    const settle = () => {
      clearTimeout(timer);
      done(answer);
    };
    child.once('error', settle);
    child.once('close', settle);
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
