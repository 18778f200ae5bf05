import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataPaths } from '../../config/paths.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { growingFile } from '../growing-file.js';
import type { Invocation } from '../invocation.js';
import { findRunDirectory, needRunDirectory } from '../run-directory.js';
import { readRecord } from '../task-record.js';
import { describeTask } from '../task-status.js';

export interface LogsOptions {
  follow?: boolean;
  /** The output of the newest checks instead of the transcript. */
  checks?: boolean;
}

const lookEveryMs = 500;

/** Prints the transcript of a task's turns, or the output of its checks. */
export async function showLogs(invocation: Invocation, task: string, options: LogsOptions): Promise<void> {
  if (options.follow && (options.checks || invocation.json)) {
    throw new CliError(ExitCode.usage, '--follow goes with the transcript only: without --checks and --json');
  }
  await withEngine(invocation, async (engine, { paths }) => {
    if (options.follow) {
      await follow(invocation, engine, paths, task);
      return;
    }
    const directory = await needRunDirectory(engine, paths, invocation, task);
    await print(invocation, task, options.checks ? await checkLogs(directory) : [transcriptOf(directory)]);
  });
}

/** The story of a task's turns, in its run directory. */
export function transcriptOf(directory: string): string {
  return join(directory, 'transcript.log');
}

/** Prints what is added to the transcript until the task is over, also before there is one. */
async function follow(invocation: Invocation, engine: Engine, paths: DataPaths, task: string): Promise<void> {
  let readOn: (() => Promise<string>) | null = null;
  for (;;) {
    const { isOpen, phase } = readRecord(await describeTask(engine, task));
    if (readOn === null) {
      const directory = await findRunDirectory(engine, paths, invocation, task);
      if (directory !== null) readOn = growingFile(transcriptOf(directory));
    }
    if (readOn !== null) invocation.out.text(await readOn());
    if (!isOpen || phase === 'failed') return;
    await sleep(lookEveryMs);
  }
}

/** The logs of the verification that was done last. */
async function checkLogs(directory: string): Promise<string[]> {
  const folder = join(directory, 'evidence');
  const names = await readdir(folder).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const newest = dated.sort((left, right) => right.at - left.at)[0];
  if (newest === undefined) return [];
  const logs = (await readdir(join(folder, newest.name))).filter((name) => name.endsWith('.log'));
  return logs.sort().map((name) => join(folder, newest.name, name));
}

async function print({ out, json }: Invocation, task: string, files: string[]): Promise<void> {
  const logs = await Promise.all(files.map(async (file) => ({ file, text: await readLog(file) })));
  const written = logs.flatMap(({ file, text }) => (text === null ? [] : [{ file, text }]));
  if (json) {
    out.json({ task, logs: written });
    return;
  }
  if (written.length === 0) out.remark(`task ${task} has no such log yet`);
  for (const { file, text } of written) {
    if (written.length > 1) out.line(`== ${basename(dirname(file))}/${basename(file)}`);
    out.text(text.endsWith('\n') || text === '' ? text : `${text}\n`);
  }
}

async function readLog(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
