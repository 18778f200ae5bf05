import type { Diagnosis } from '../../worker/doctor.js';
import { diagnose } from '../../worker/doctor.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import type { Colors } from '../output.js';

/** Examines what `continuo up` needs. Throws `CliError` when something is out of order. */
export async function doctor({ workflow, cwd, env, json, out }: Invocation): Promise<void> {
  const diagnoses = await diagnose({ workflow, cwd, env });
  const faults = diagnoses.filter(({ ok }) => !ok);
  if (json) out.json({ ok: faults.length === 0, diagnoses });
  else {
    for (const diagnosis of diagnoses) {
      const { name, found, remedy } = diagnosis;
      out.line(`${markOf(diagnosis, out.colors)}  ${name.padEnd(14)}  ${found}`);
      if (remedy !== null) out.line(`${' '.repeat(22)}${out.colors.dim('->')} ${remedy}`);
    }
  }
  if (faults.length > 0) {
    throw new CliError(ExitCode.failed, `out of order: ${faults.map(({ name }) => name).join(', ')}`);
  }
}

function markOf({ ok, remedy }: Diagnosis, colors: Colors): string {
  if (!ok) return colors.red('FAIL');
  return remedy === null ? colors.green('ok  ') : colors.yellow('warn');
}
