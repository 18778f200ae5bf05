import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Finding } from '../../domain/finding.js';
import { parsePatch } from '../diff/parse.js';
import { readLines } from '../diff/read-lines.js';
import { showPatch } from '../diff/show-patch.js';
import { showStat, statOf } from '../diff/stat.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import type { ColorChoice } from '../output.js';
import { chooseColors } from '../output.js';
import { printLines } from '../print-lines.js';
import { openTaskFiles } from '../run-directory.js';

export interface DiffOptions {
  color: ColorChoice;
  pager: boolean;
  /** Only the changed files with the number of lines. */
  stat?: boolean;
  wordDiff: boolean;
}

/**
 * Prints what a task has changed, from its base to its newest checkpoint: on a terminal and with colours as
 * people read it, with findings in place; else the patch itself, byte by byte, for git.
 */
export async function showDiff(invocation: Invocation, task: string, options: DiffOptions): Promise<void> {
  const { out, json, stdout } = invocation;
  const { file, findings, isLive } = await findPatch(invocation, task);
  const isEmpty = (await measure(file, task)) === 0;
  const files = () => parsePatch(readLines(file));
  if (json) {
    out.json({ task, file, files: await statOf(files()), findings, patch: await readFile(file, 'utf8') });
  } else if (isEmpty) {
    out.remark(`nothing changed: the work of task ${task} is the same as its base`);
  } else if (options.stat) {
    await printLines(invocation, showStat(files(), out.width), options.pager);
  } else if (out.isTerminal || options.color === 'always') {
    if (!isLive) out.remark('No worker is running, so findings are not shown. Start one: continuo up');
    const view = { colors: chooseColors(out, options.color), words: options.wordDiff, findings };
    await printLines(invocation, showPatch(files(), view), options.pager);
  } else {
    await pipeline(createReadStream(file), stdout, { end: false });
  }
}

async function findPatch(
  invocation: Invocation,
  task: string,
): Promise<{ file: string; findings: Finding[]; isLive: boolean }> {
  return withEngine(invocation, async (engine, { paths }) => {
    const { directory, sighting } = await openTaskFiles(engine, paths, invocation, task);
    const { status, isLive } = sighting;
    return { file: join(directory, 'diff.patch'), findings: status.findings, isLive };
  });
}

/** The size of the patch in bytes. */
async function measure(file: string, task: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    const message = `task ${task} has no diff yet: nothing is at ${file}`;
    throw new CliError(ExitCode.failed, message, 'it is written when the first turn of the agent ends', {
      cause,
    });
  }
}
