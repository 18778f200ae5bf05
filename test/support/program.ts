import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

const folder = join(root, 'node_modules/.cache/continuo/programs');

/** Compiles a program of the project, for tests that need a process of its own, and returns its path. */
export async function compile(source: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    write: false,
  });
  const text = outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const file = join(folder, `${basename(source, '.ts')}-${hash}.mjs`);
  // Several test files may do this at once.
  const draft = `${file}.${randomUUID()}`;
  await mkdir(folder, { recursive: true });
  await writeFile(draft, text);
  await rename(draft, file);
  return file;
}

/** A program that a test has started. */
export interface Program {
  pid: number;
  /** What it has written to stdout and stderr so far. */
  output(): string;
  /** Waits for a line of stdout with this text, and returns it. Throws with the output when the program ends before. */
  line(text: string): Promise<string>;
  /** Sends the signal and waits for the end; returns exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  /** Waits until it ends by itself; returns as `end`. */
  ended(): Promise<number | NodeJS.Signals>;
}

/** Starts a compiled program. Whoever starts it has to `end` it. */
export function start(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  options: { detached?: boolean } = {},
): Program {
  const child = spawn(process.execPath, [file, ...args], {
    ...options,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  const output = () => stdout + stderr;
  const ended = async () => {
    await closed;
    return child.exitCode ?? child.signalCode ?? 0;
  };
  return {
    pid: child.pid ?? 0,
    output,
    async line(text) {
      for (;;) {
        const found = stdout.split('\n').find((line) => line.includes(text));
        if (found !== undefined) return found;
        if (hasEnded(child)) throw new Error(`the program ended without the line "${text}":\n${output()}`);
        await Promise.race([once(child.stdout, 'data'), closed]);
      }
    },
    async end(signal) {
      if (!hasEnded(child)) child.kill(signal);
      return ended();
    },
    ended,
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
