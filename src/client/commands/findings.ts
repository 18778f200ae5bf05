import type { Finding } from '../../domain/finding.js';
import { withEngine } from '../engine.js';
import { compareFindings, findingLines, isOpen, placeOf } from '../finding-text.js';
import type { Invocation } from '../invocation.js';
import { noWorkerRemark } from '../remarks.js';
import { lookAtTask } from '../task-status.js';

export interface FindingsOptions {
  /** Only those of which nothing has become yet. */
  open?: boolean;
}

/** Prints what reviewers have found in a task's change and what became of it, the gravest first. */
export async function showFindings(
  invocation: Invocation,
  task: string,
  { open = false }: FindingsOptions,
): Promise<void> {
  const { out, json } = invocation;
  const { status, isLive } = await withEngine(invocation, (engine) => lookAtTask(engine, task));
  if (!isLive) out.remark(noWorkerRemark);
  const findings = status.findings.filter((finding) => !open || isOpen(finding)).sort(compareFindings);
  if (json) out.json({ task, findings });
  else if (findings.length === 0) out.remark(`task ${task} has no ${open ? 'open ' : ''}findings`);
  else {
    for (const finding of findings) {
      out.line(out.colors.bold(placeOf(finding)));
      for (const line of findingLines(finding, out.colors)) out.line(`  ${line}`);
      out.line();
    }
    out.line(summary(findings));
  }
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: (finding: Finding) => boolean) => findings.filter(wanted).length;
  const all = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  const blocking = count(({ severity }) => severity === 'blocking');
  return `${all}, ${blocking} blocking, ${count(isOpen)} open`;
}
