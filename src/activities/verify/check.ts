import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckResult } from '../../domain/evidence.js';
import type { Attempt } from '../attempt.js';
import { ownerOf } from '../attempt.js';
import { enclose } from '../enclose.js';
import type { HostDeps } from '../host.js';
import type { Attended } from '../keeper/attend.js';
import { attend, stateOf } from '../keeper/attend.js';
import { childEnvironment, withoutSecrets } from '../keeper/environment.js';
import { readTail } from '../keeper/tail.js';
import { redactorOf } from '../redact.js';
import { clearPath, findWithin, isWithin } from './clear-path.js';
import type { Report } from './junit.js';
import { readReport } from './junit.js';

export type Check = NonNullable<Config['verify']>['checks'][number];

export interface CheckRun {
  check: Check;
  config: Config;
  host: Pick<HostDeps, 'env' | 'paths'>;
  /** The clean checkout. */
  folder: string;
  /** The check's own empty folder for temporary files. */
  temporary: string;
  runPath: string;
  /** The task's. */
  identifier: string;
  /** Stands for the check's program, see `attend`. */
  place: string;
  /** Relative to the run directory. */
  log: string;
  attempt: Attempt;
}

const tailLimit = { lines: 40, bytes: 4_096 };

/**
 * Runs one check in the checkout, or goes on with one that runs already. Its command line goes to bash without any
 * profile, so that only the commit and `verify.env` decide, and with `-eo pipefail`: a line that fails in the
 * middle fails the check. stdin is empty, `CI` is `true`, and `TMPDIR` is the check's own. Whatever a check
 * does is a value, and null when it was cut off: then the checkout is not clean any more. Throws when the log is
 * not whole, the reason of `attempt.end`, and what `runProgram` throws. Secrets stay in the log.
 */
export async function runCheck(run: CheckRun): Promise<CheckResult | null> {
  const { check, config, folder, runPath, attempt } = run;
  const log = join(runPath, run.log);
  const state = await stateOf(run.place);
  if (state === 'interrupted') return null;
  if (state === 'fresh') await clearBefore(check, folder, log);

  const { end, leave, epoch } = attempt;
  const { project, keeper, verify } = config;
  const enclosed = await enclose(run.host, config, {
    argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', check.run],
    env: childEnvironment(run.host.env, withoutSecrets(verify?.env ?? [], config), {
      CI: 'true',
      TMPDIR: run.temporary,
    }),
    cwd: folder,
    temporary: run.temporary,
  });
  const result = await attend({
    ...enclosed,
    place: run.place,
    owner: ownerOf({ project, identifier: run.identifier, kind: 'check', title: `check ${check.name}` }),
    cwd: folder,
    stdin: null,
    output: log,
    timeoutMs: check.timeout_ms,
    leaseMs: keeper.lease_ms,
    epoch,
    end,
    leave,
  });
  end.throwIfAborted();
  if (result.kind === 'interrupted') return null;
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
    tail: kind === 'passed' ? '' : await redactorOf(run.host.env, config)(await tailWith(reason, log)),
  };
}

/** A report that came with the commit would prove nothing. */
async function clearBefore({ report }: Check, folder: string, log: string): Promise<void> {
  await rm(log, { force: true });
  if (report !== undefined && isWithin(report)) await clearPath(folder, report);
}

async function reportOf(folder: string, path: string): Promise<Report> {
  const file = await findWithin(folder, path);
  if (file !== null) return readReport(file);
  return { kind: 'unusable', reason: 'the check did not write it inside the checkout' };
}

type Finished = Exclude<Attended, { kind: 'interrupted' }>;

interface Judgement {
  kind: CheckResult['kind'];
  /** What the output itself does not tell. */
  reason: string;
}

function judge(result: Finished, report: Report | null, check: Check): Judgement {
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
