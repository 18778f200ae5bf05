import type { Finding } from '../domain/finding.js';
import { severities } from '../domain/finding.js';
import type { Colors } from './output.js';
import { visible } from './visible.js';

/** Where a finding points to. */
export function placeOf({ file, line }: Finding): string {
  if (file === null) return 'the change as a whole';
  return visible(line === null ? file : `${file}:${line}`);
}

/** Whether nothing has become of it yet. */
export function isOpen({ resolution }: Finding): boolean {
  return resolution.kind === 'open';
}

/** What became of a finding. */
function fateOf({ resolution }: Finding): string {
  switch (resolution.kind) {
    case 'open':
      return resolution.refuted === null
        ? 'open'
        : `open, denied by the agent (${visible(resolution.refuted)})`;
    case 'fixed':
      return `fixed in ${resolution.sha.slice(0, 12)}`;
    case 'refuted':
      return `refuted (${visible(resolution.reason)})`;
    case 'accepted':
      return `accepted by ${visible(resolution.by)}`;
    case 'dropped':
      return `dropped (${visible(resolution.reason)})`;
    default:
      return resolution satisfies never;
  }
}

/** A finding as lines without its place, for the list and for beneath the line that it is about. */
export function findingLines(finding: Finding, colors: Colors): string[] {
  const { severity, sources, claim, evidence, suggestion, doubt } = finding;
  const paint = isOpen(finding) ? severityColor(severity, colors) : colors.dim;
  return [
    `${paint(severity)}, ${fateOf(finding)}, raised by ${visible(sources.join(', '))}`,
    ...paragraph('', claim),
    ...paragraph('evidence: ', evidence),
    ...paragraph('suggestion: ', suggestion ?? ''),
    ...paragraph('does not hold: ', doubt ?? ''),
  ];
}

function severityColor(severity: Finding['severity'], colors: Colors): (text: string) => string {
  switch (severity) {
    case 'blocking':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'note':
      return colors.cyan;
    default:
      return severity satisfies never;
  }
}

/** What a reviewer wrote is data: each line of it is made harmless. */
function paragraph(title: string, text: string): string[] {
  const lines = text.trim().split(/\r?\n/);
  if (lines.length === 1 && lines[0] === '') return [];
  return lines.map((line, index) => (index === 0 ? `${title}${visible(line)}` : `  ${visible(line)}`));
}

/** The gravest first, then by place. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    severities.indexOf(right.severity) - severities.indexOf(left.severity) ||
    compareTexts(left.file ?? '', right.file ?? '') ||
    (left.line ?? 0) - (right.line ?? 0)
  );
}

/** By code point, wherever it is read. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
