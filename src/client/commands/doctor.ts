import { diagnose } from '../../worker/doctor.js';
import { printDiagnoses } from '../diagnosis-lines.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';

/** Examines what `continuo up` needs. Throws `CliError` when something is out of order. */
export async function doctor({ workflow, cwd, env, json, out }: Invocation): Promise<void> {
  const diagnoses = await diagnose({ workflow, cwd, env });
  const faults = diagnoses.filter(({ ok }) => !ok);
  if (json) out.json({ ok: faults.length === 0, diagnoses });
  else printDiagnoses(diagnoses, out);
  if (faults.length > 0) {
    throw new CliError(ExitCode.failed, `out of order: ${faults.map(({ name }) => name).join(', ')}`);
  }
}
