/**
 * The runner: a small process that starts git for the worker. To start a program a process is copied first, and a
 * worker is large: this takes a fraction of the time. It hears orders on its channel, and lives as long as that.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Answer, GitRun, Order } from './protocol.js';

/** How much of git's own words is kept. */
const stderrLimit = 64 * 1024;

const running = new Map<number, ChildProcess>();

process.on('message', (message) => {
  const order = message as Order;
  if (order.kind === 'run') start(order.id, order.run);
  else endGroup(running.get(order.id)?.pid);
});
// Nobody reads any more what is printed, nor waits for it.
process.on('disconnect', () => process.exit());

function start(id: number, { args, cwd, env, input }: GitRun): void {
  // In a group of its own, so that what git has started ends with it.
  const child = spawn('git', args, { cwd, env, stdio: 'pipe', detached: true });
  running.set(id, child);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-stderrLimit);
  });
  // git may end without reading everything: its exit code tells.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);

  child.on('error', (error) => answer({ kind: 'failed', id, message: error.message }));
  child.on('close', (exitCode, signal) =>
    answer({ kind: 'ended', id, end: { exitCode, signal, stdout: Buffer.concat(stdout), stderr } }),
  );
}

/** A program that could not start is closed as well: the first answer counts. */
function answer(words: Answer): void {
  if (running.delete(words.id)) process.send?.(words);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
