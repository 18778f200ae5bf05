import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckResult } from '../../domain/evidence.js';
import { readTail } from '../keeper/tail.js';
import { redactorOf } from '../redact.js';
import { logNames } from '../verify/log-names.js';
import type { FailedCheck } from './change-reader.js';

const tailLimit = { lines: 40, bytes: 4_096 };

/** Keeps the logs of failed checks in the run directory, beside those of our own. Key: the commit. */
export async function keepFailedChecks(
  { env, config, runPath, sha }: { env: NodeJS.ProcessEnv; config: Config; runPath: string; sha: string },
  failed: readonly FailedCheck[],
): Promise<CheckResult[]> {
  const folder = join('evidence', `${sha}-forge`);
  await mkdir(join(runPath, folder), { recursive: true, mode: 0o700 });
  const names = logNames(failed.map(({ name }) => name));
  const redact = redactorOf(env, config);
  const results: CheckResult[] = [];
  for (const [index, { name, what, kind, durationMs, log }] of failed.entries()) {
    const file = join(folder, names[index] ?? `${index}.log`);
    await writeFile(join(runPath, file), log, { mode: 0o600 });
    results.push({
      name,
      command: what,
      kind,
      exitCode: 1,
      durationMs,
      tests: null,
      log: file,
      tail: await redact(await tailOf(join(runPath, file), log)),
    });
  }
  return results;
}

/** What comes after the last error is the tidying up of whoever ran it. */
async function tailOf(file: string, log: Buffer): Promise<string> {
  const error = log.lastIndexOf('##[error]');
  const end = error === -1 ? -1 : log.indexOf('\n', error);
  return readTail(file, tailLimit, 0, end === -1 ? undefined : end);
}
