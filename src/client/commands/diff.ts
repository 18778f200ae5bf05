import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import type { FileChange } from '../patch.js';
import { colorPatch, patchStat } from '../patch.js';
import { renderTable } from '../table.js';
import { needRunDirectory } from '../run-directory.js';

export interface DiffOptions {
  /** Only the changed files with the number of lines. */
  stat?: boolean;
}

/** Prints what a task has changed: the patch from its base to its newest checkpoint. */
export async function showDiff(
  invocation: Invocation,
  task: string,
  { stat = false }: DiffOptions,
): Promise<void> {
  const { out, json } = invocation;
  const file = await withEngine(invocation, async (engine, { paths }) =>
    join(await needRunDirectory(engine, paths, invocation, task), 'diff.patch'),
  );
  const patch = await readPatch(file, task);
  if (json) out.json({ task, file, files: patchStat(patch), patch });
  else if (patch === '') out.remark(`task ${task} has changed nothing yet`);
  else if (stat)
    for (const line of renderTable(patchStat(patch), columns, out.width).slice(1)) out.line(line);
  else out.text(colorPatch(patch, out.colors));
}

const columns = [
  { title: '', cell: (change: FileChange) => change.path, flexible: true },
  { title: '', cell: (change: FileChange) => (change.binary ? 'binary' : `+${change.added}`) },
  { title: '', cell: (change: FileChange) => (change.binary ? '' : `-${change.removed}`) },
];

async function readPatch(file: string, task: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `task ${task} has no diff yet: nothing is at ${file}`;
    throw new CliError(ExitCode.failed, message, 'it is written when the first turn of the agent ends', {
      cause: error,
    });
  }
}
