import type { Manifest } from '../config/evidence-file.js';
import type { CheckResult } from '../domain/evidence.js';
import { isGreen } from '../domain/evidence.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { formatSeconds, formatTime } from './time.js';
import { visible } from './visible.js';

/** One verification as lines: what was checked, and what came of it. */
export function renderEvidence(
  { evidence, overlay, finishedAt }: Manifest,
  { colors, width }: Pick<Output, 'colors' | 'width'>,
): string[] {
  const result = isGreen(evidence) ? colors.green('passed') : colors.red('did not pass');
  const rows: [string, string][] = [
    ['when', `${formatTime(evidence.startedAt)} to ${formatTime(finishedAt)}`],
    ['base', evidence.baseSha],
    ['what', overlay ? 'the commit, with protected paths from its base' : 'the commit as it is'],
    ['overlaid', evidence.overlaid.map(visible).join(', ')],
    ['tools', toolsLine(evidence.tools)],
  ];
  return [
    `${colors.bold(evidence.sha)}  ${result}`,
    ...rows.flatMap(([name, value]) => (value === '' ? [] : [`  ${name.padEnd(10)}${value}`])),
    ...renderTable(evidence.checks, columns, width - 2).map((line) => `  ${line}`),
  ];
}

/** The platform names itself; the others need their name before the version, if it is not in there. */
function toolsLine(tools: Record<string, string>): string {
  return Object.entries(tools)
    .filter(([, version]) => version !== '')
    .map(([name, version]) =>
      name === 'platform' || version.includes(name) ? version : `${name} ${version}`,
    )
    .join('; ');
}

const columns = [
  { title: 'CHECK', cell: ({ name }: CheckResult) => visible(name) },
  { title: 'RESULT', cell: ({ kind }: CheckResult) => kind.replace('_', ' ') },
  { title: 'EXIT', cell: ({ exitCode }: CheckResult) => exitCode?.toString() ?? '-' },
  { title: 'TIME', cell: ({ durationMs }: CheckResult) => formatSeconds(durationMs) },
  { title: 'TESTS', cell: testsOf },
  { title: 'LOG', cell: ({ log }: CheckResult) => visible(log) },
];

function testsOf({ tests }: CheckResult): string {
  if (tests === null) return '-';
  const { total, failed, skipped } = tests;
  return `${total}, ${failed} failed, ${skipped} skipped`;
}
