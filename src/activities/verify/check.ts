import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckResult } from '../../domain/evidence.js';
import { childEnvironment, withoutSecrets } from '../keeper/environment.js';
import type { ProgramResult } from '../keeper/program.js';
import { runProgram } from '../keeper/program.js';
import { readTail } from '../keeper/tail.js';
import { redactorOf } from '../redact.js';
import { clearPath, findWithin, isWithin } from './clear-path.js';
import type { Report } from './junit.js';
import { readReport } from './junit.js';

export type Check = NonNullable<Config['verify']>['checks'][number];

export interface CheckRun {
  check: Check;
  config: Config;
  /** The worker's environment. */
  env: NodeJS.ProcessEnv;
  /** The clean checkout. */
  folder: string;
  /** The check's own empty folder for temporary files. */
  temporary: string;
  runPath: string;
  /** Names the program while it runs, see `runProgram`. */
  identityFile: string;
  /** Relative to the run directory. */
  log: string;
  signal: AbortSignal;
}

const tailLimit = { lines: 40, bytes: 4_096 };

/**
 * Runs one check in the checkout. Its command line goes to bash without any profile, so that only
 * the commit and `verify.env` decide, and with `-eo pipefail`: a line that fails in the middle
 * fails the check. stdin is empty, `CI` is `true`, and `TMPDIR` is the check's own. Whatever a check
 * does is a value; it throws when it is cancelled, when somebody else ended the program, and when the
 * log is not whole. Secrets stay in the log.
 */
export async function runCheck(run: CheckRun): Promise<CheckResult> {
  const { check, config, folder, runPath } = run;
  const log = join(runPath, run.log);
  await rm(log, { force: true });
  // A report that came with the commit would prove nothing.
  if (check.report !== undefined && isWithin(check.report)) await clearPath(folder, check.report);

  const result = await runProgram({
    argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', check.run],
    cwd: folder,
    env: childEnvironment(run.env, withoutSecrets(config.verify?.env ?? [], config), {
      CI: 'true',
      TMPDIR: run.temporary,
    }),
    stdin: null,
    output: log,
    timeoutMs: check.timeout_ms,
    signal: run.signal,
    identityFile: run.identityFile,
  });
  run.signal.throwIfAborted();
  if (result.outputProblem !== null) throw new Error(result.outputProblem);

  const report = check.report === undefined ? null : await reportOf(folder, check.report);
  const { kind, reason } = judge(result, report, check);
  return {
    name: check.name,
    command: check.run,
    kind,
    exitCode: result.kind === 'exited' ? result.exitCode : null,
    durationMs: result.durationMs,
    tests: report?.kind === 'counted' ? report.tests : null,
    log: run.log,
    tail: kind === 'passed' ? '' : await redactorOf(run.env, config)(await tailWith(reason, log)),
  };
}

async function reportOf(folder: string, path: string): Promise<Report> {
  const file = await findWithin(folder, path);
  if (file !== null) return readReport(file);
  return { kind: 'unusable', reason: 'the check did not write it inside the checkout' };
}

interface Judgement {
  kind: CheckResult['kind'];
  /** What the output itself does not tell. */
  reason: string;
}

function judge(result: ProgramResult, report: Report | null, check: Check): Judgement {
  if (result.kind === 'timed_out') {
    return { kind: 'timed_out', reason: `The check did not end within ${check.timeout_ms} ms.` };
  }
  if (result.kind === 'not_started')
    return { kind: 'failed', reason: `It could not start: ${result.message}.` };
  if (result.kind === 'cancelled') return { kind: 'failed', reason: 'It was cancelled.' };
  if (result.exitCode === null)
    return { kind: 'failed', reason: `It was ended by ${result.signal ?? 'a signal'}.` };
  if (result.exitCode !== 0) return { kind: 'failed', reason: '' };
  return report === null ? { kind: 'passed', reason: '' } : judgeReport(report, check.report ?? '');
}

/** Exit code 0 alone proves nothing where a report is configured. */
function judgeReport(report: Report, path: string): Judgement {
  if (report.kind === 'unusable') {
    return {
      kind: 'invalid',
      reason: `The exit code was 0, but there is no usable report ${path}: ${report.reason}.`,
    };
  }
  const { total, failed, skipped } = report.tests;
  if (failed > 0) {
    return {
      kind: 'failed',
      reason: `The exit code was 0, but the report ${path} has ${failed} failed tests.`,
    };
  }
  if (total === skipped) {
    return { kind: 'invalid', reason: `The exit code was 0, but by the report ${path} no test ran.` };
  }
  return { kind: 'passed', reason: '' };
}

async function tailWith(reason: string, log: string): Promise<string> {
  const room = tailLimit.bytes - Buffer.byteLength(reason) - 1;
  const tail = await readTail(log, { ...tailLimit, bytes: Math.max(room, 0) });
  return [reason, tail].filter((part) => part !== '').join('\n');
}
