import { spawn } from 'node:child_process';

export interface RunOptions {
  env: NodeJS.ProcessEnv;
  /** The whole time the program may take, in ms. */
  timeoutMs?: number;
  /** The program is ended when `progress` gives the same value for this long. */
  stalledMs?: number;
  progress?: () => Promise<number>;
}

const outputLimit = 64 * 1024;

/** Runs a short-lived program and returns its output. The error's message says how it ended and its last words. */
export async function run(program: string, args: string[], options: RunOptions): Promise<string> {
  const child = spawn(program, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout = `${stdout}${chunk.toString()}`.slice(-outputLimit)));
  child.stderr.on('data', (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(-outputLimit)));

  let ended: string | null = null;
  const end = (reason: string) => {
    ended = reason;
    child.kill('SIGKILL');
  };
  const stopWatching = watch(options, end);
  try {
    const how = await new Promise<string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve(code === 0 ? null : (ended ?? `ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`));
      });
    });
    if (how !== null) throw new Error(lastWords(how, stderr));
    return stdout;
  } finally {
    stopWatching();
  }
}

function watch(options: RunOptions, end: (reason: string) => void): () => void {
  const { timeoutMs, stalledMs, progress } = options;
  const timers: NodeJS.Timeout[] = [];
  if (timeoutMs !== undefined) {
    timers.push(setTimeout(() => end(`took longer than ${timeoutMs / 1000} s`), timeoutMs));
  }
  if (stalledMs !== undefined && progress !== undefined) {
    let last = -1;
    let since = performance.now();
    const look = async () => {
      const value = await progress();
      if (value !== last) since = performance.now();
      last = value;
      if (performance.now() - since > stalledMs) end(`made no progress for ${stalledMs / 1000} s`);
    };
    timers.push(setInterval(() => void look(), 500));
  }
  return () => timers.forEach((timer) => clearTimeout(timer));
}

function lastWords(how: string, stderr: string): string {
  const lines = stderr.trim().split('\n');
  const word = lines.findLast((line) => line.trim() !== '');
  return word === undefined ? how : `${how}: ${word.trim().slice(0, 400)}`;
}
