import type { Finding } from '../domain/finding.js';
import type { Colors } from './output.js';
import { visible } from './visible.js';

/** Where a finding points to. */
export function placeOf({ file, line }: Finding): string {
  if (file === null) return 'the change as a whole';
  return visible(line === null ? file : `${file}:${line}`);
}

/** What became of a finding. */
export function fateOf({ resolution }: Finding): string {
  return resolution;
}

/** A finding as lines without its place, for the list and for beneath the line that it is about. */
export function findingLines(finding: Finding, colors: Colors): string[] {
  const { severity, source, claim, evidence, suggestion, resolution } = finding;
  const paint = resolution === 'open' ? severityColor(severity, colors) : colors.dim;
  return [
    `${paint(severity)}, ${fateOf(finding)}, by ${visible(source)}`,
    ...paragraph('', claim),
    ...paragraph('evidence: ', evidence),
    ...paragraph('suggestion: ', suggestion ?? ''),
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

const severities = ['blocking', 'warning', 'note'] as const;

/** The gravest first, then by place. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    (left.file ?? '').localeCompare(right.file ?? '') ||
    (left.line ?? 0) - (right.line ?? 0)
  );
}
