import { diagnose } from '../../worker/doctor.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';

/** Examines what `continuo up` needs. Throws `CliError` when something is out of order. */
export async function doctor({ workflow, cwd, env, json, out }: Invocation): Promise<void> {
  const diagnoses = await diagnose({ workflow, cwd, env });
  const faults = diagnoses.filter(({ ok }) => !ok);
  if (json) out.json({ ok: faults.length === 0, diagnoses });
  else {
    for (const { name, ok, found, remedy } of diagnoses) {
      out.line(`${ok ? out.colors.green('ok  ') : out.colors.red('FAIL')}  ${name.padEnd(14)}  ${found}`);
      if (remedy !== null) out.line(`${' '.repeat(22)}${out.colors.dim('->')} ${remedy}`);
    }
  }
  if (faults.length > 0) {
    throw new CliError(ExitCode.failed, `out of order: ${faults.map(({ name }) => name).join(', ')}`);
  }
}
