import type { Diagnosis } from '../worker/doctor.js';
import type { Colors, Output } from './output.js';

/** Prints what was found, a line for each with its remedy below. */
export function printDiagnoses(diagnoses: readonly Diagnosis[], out: Output): void {
  for (const diagnosis of diagnoses) {
    const { name, found, remedy } = diagnosis;
    out.line(`${markOf(diagnosis, out.colors)}  ${name.padEnd(14)}  ${found}`);
    if (remedy !== null) out.line(`${' '.repeat(22)}${out.colors.dim('->')} ${remedy}`);
  }
}

function markOf({ ok, remedy }: Diagnosis, colors: Colors): string {
  if (!ok) return colors.red('FAIL');
  return remedy === null ? colors.green('ok  ') : colors.yellow('warn');
}
