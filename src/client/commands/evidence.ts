import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../config/evidence-file.js';
import { isGreen } from '../../domain/evidence.js';
import { shellWord } from '../../domain/status.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { listEvidence } from '../evidence-list.js';
import { renderEvidence } from '../evidence-page.js';
import type { Invocation } from '../invocation.js';
import { needRunDirectory } from '../run-directory.js';

export interface EvidenceOptions {
  /** Only of commits that begin so. */
  sha?: string;
  /** The check whose log is to be printed. */
  log?: string;
}

/** Prints what was checked on which commit of a task, the newest first, or the log of one check. */
export async function showEvidence(
  invocation: Invocation,
  task: string,
  { sha, log }: EvidenceOptions,
): Promise<void> {
  const { out, json } = invocation;
  const runPath = await withEngine(invocation, (engine, { paths }) =>
    needRunDirectory(engine, paths, invocation, task),
  );
  const all = await listEvidence(runPath);
  const found = all.filter(({ evidence }) => sha === undefined || evidence.sha.startsWith(sha.toLowerCase()));
  if (sha !== undefined && found.length === 0) throw nothingAbout(task, sha);

  if (log !== undefined) await printLog(invocation, task, runPath, found, log);
  else if (json) out.json({ task, runPath, evidence: found.map(asJson) });
  else if (found.length === 0) out.remark(`nothing was checked yet for task ${task}`);
  else {
    for (const manifest of found) {
      for (const line of renderEvidence(manifest, out)) out.line(line);
      out.line();
    }
    out.line(`The logs are in ${runPath}`);
  }
}

function asJson({ evidence, overlay, finishedAt }: Manifest): object {
  return { ...evidence, passed: isGreen(evidence), overlay, finishedAt };
}

/** The log of a check as it ran last. */
async function printLog(
  { out, json }: Invocation,
  task: string,
  runPath: string,
  manifests: readonly Manifest[],
  name: string,
): Promise<void> {
  const results = manifests.flatMap(({ evidence }) =>
    evidence.checks.map((check) => ({ check, sha: evidence.sha })),
  );
  const result = results.find(({ check }) => check.name === name);
  if (result === undefined) throw noSuchCheck(task, name, new Set(results.map(({ check }) => check.name)));
  const file = join(runPath, result.check.log);
  try {
    if (json) out.json({ task, sha: result.sha, check: name, file, text: await readFile(file, 'utf8') });
    else for await (const text of createReadStream(file, 'utf8') as AsyncIterable<string>) out.text(text);
  } catch (cause) {
    throw new CliError(ExitCode.failed, `the log ${file} cannot be read`, null, { cause });
  }
}

function nothingAbout(task: string, sha: string): CliError {
  const next = `see what there is: continuo evidence ${shellWord(task)}`;
  return new CliError(
    ExitCode.failed,
    `nothing was checked on a commit ${JSON.stringify(sha)} of task ${task}`,
    next,
  );
}

function noSuchCheck(task: string, name: string, names: ReadonlySet<string>): CliError {
  const known = names.size === 0 ? 'nothing was checked yet' : `its checks are ${[...names].join(', ')}`;
  return new CliError(
    ExitCode.failed,
    `task ${task} has no log of a check ${JSON.stringify(name)}: ${known}`,
  );
}
