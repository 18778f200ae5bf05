import type { Colors } from '../output.js';
import { renderTable } from '../table.js';
import { fitText } from '../../domain/text-width.js';
import { formatRoughly } from '../time.js';
import { visible } from '../visible.js';
import type { View } from './look.js';
import type { WatchedTask } from './watched-task.js';

export interface Frame {
  project: string;
  colors: Colors;
  width: number;
  /** Lines that there is room for. */
  height: number;
  /** In milliseconds. */
  now: number;
}

/** Lines beside the tasks: what it is about, the titles of the columns, and what is left out or remarked. */
const fixedLines = 4;

/** The tasks as a table that fits the terminal. */
export function renderFrame(
  { tasks, remark }: View,
  { project, colors, width, height, now }: Frame,
): string[] {
  const room = Math.max(height - fixedLines, 1);
  const shown = tasks.slice(0, room);
  const [titles = '', ...rows] = renderTable(shown, columnsOf(now, width), width).map((line) =>
    fitText(line, width),
  );
  const hidden = tasks.length - shown.length;
  const aside = [...(hidden > 0 ? [`and ${hidden} more`] : []), ...(remark === null ? [] : [remark])];
  return [
    colors.bold(fitText(headline(project, tasks), width)),
    ...(tasks.length === 0 ? [] : [colors.dim(titles)]),
    ...rows.map((row, index) => paint(shown[index], row, colors)),
    ...aside.map((line) => colors.dim(fitText(line, width))),
  ];
}

function headline(project: string, tasks: readonly WatchedTask[]): string {
  const open = tasks.filter(({ isOver }) => !isOver);
  const waiting = open.filter(({ needsPerson }) => needsPerson).length;
  const count = open.length === 1 ? '1 open task' : `${open.length} open tasks`;
  return `${project}: ${count}, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a person`;
}

function paint(task: WatchedTask | undefined, row: string, colors: Colors): string {
  if (task === undefined || task.isOver) return colors.dim(row);
  if (task.phase === 'failed') return colors.red(row);
  return task.needsPerson ? colors.yellow(row) : row;
}

function columnsOf(now: number, width: number) {
  // A long name leaves room for what is waited for.
  const widest = Math.max(Math.floor(width / 3), 8);
  const spanSince = (at: string) => formatRoughly(now - Date.parse(at));
  return [
    { title: 'TASK', cell: ({ task }: WatchedTask) => fitText(visible(task), widest) },
    { title: 'PHASE', cell: ({ phase }: WatchedTask) => phase },
    { title: 'ROUND', cell: ({ round }: WatchedTask) => String(round) },
    { title: 'CHECKS', cell: checksOf },
    { title: 'ELAPSED', cell: ({ startedAt, isOver }: WatchedTask) => (isOver ? '' : spanSince(startedAt)) },
    {
      title: 'WAITING',
      cell: ({ waitsSince }: WatchedTask) => (waitsSince === null ? '' : spanSince(waitsSince)),
    },
    { title: 'WAITS FOR', cell: ({ waitingFor }: WatchedTask) => visible(waitingFor ?? ''), flexible: true },
  ];
}

export function checksOf({ checks }: WatchedTask): string {
  return checks === null ? '' : `${checks.passed} of ${checks.total}`;
}
