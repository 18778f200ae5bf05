import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shellWord } from '../../../src/domain/status.js';

/** A program on a terminal of its own. */
export interface Terminal {
  /** Waits until everything that was written so far is as wanted, and returns it. */
  until(wanted: (written: string) => boolean): Promise<string>;
  type(keys: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** The exit code, and everything that was written. */
  end: Promise<{ exitCode: number | null; written: string }>;
}

/** Runs a program on a terminal of 100 columns and 20 rows, by `script` of util-linux. */
export async function openTerminal(
  argv: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'continuo-terminal-'));
  const device = join(folder, 'device');
  const words = argv.map(shellWord).join(' ');
  const command = `tty > ${shellWord(device)}; stty cols 100 rows 20; exec ${words}`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: cwd,
      TERM: 'xterm',
      CONTINUO_BY: 'ann',
      SHELL: '/bin/sh',
      ...env,
    },
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (written += chunk));
  child.stdin.on('error', () => undefined);
  const end = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  ).then(async (exitCode) => {
    await rm(folder, { recursive: true, force: true });
    return { exitCode, written };
  });
  return {
    end,
    async until(wanted) {
      const deadline = Date.now() + 100_000;
      while (!wanted(written)) {
        if (Date.now() > deadline) {
          child.kill();
          throw new Error(`never came: ${JSON.stringify(written)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return written;
    },
    type: (keys) => void child.stdin.write(keys),
    async resize(columns, rows) {
      const terminal = (await readFile(device, 'utf8')).trim();
      await promisify(execFile)('stty', ['-F', terminal, 'cols', String(columns), 'rows', String(rows)]);
    },
  };
}
