import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { textWidth } from '../../../src/domain/text-width.js';
import { openChanges } from '../../../src/client/watch/changes.js';
import { renderFrame } from '../../../src/client/watch/frame.js';
import type { WatchedTask } from '../../../src/client/watch/watched-task.js';

const now = Date.parse('2026-01-01T02:00:00.000Z');
const waiting: WatchedTask = {
  task: 'reject-empty-order-numbers-k3x9',
  title: 'Reject empty order numbers',
  phase: 'review',
  round: 2,
  checks: { passed: 2, total: 2 },
  waitingFor: 'a person to decide\x1b[2J about 1234567890ab: every change is decided by a person',
  waitsSince: '2026-01-01T01:30:00.000Z',
  needsPerson: true,
  startedAt: '2026-01-01T00:00:00.000Z',
  isOver: false,
};
const running: WatchedTask = {
  ...waiting,
  task: 'run',
  phase: 'run',
  checks: null,
  waitingFor: null,
  waitsSince: null,
  needsPerson: false,
};

function frame(tasks: WatchedTask[], width: number, height = 20, remark: string | null = null): string[] {
  const colors = pc.createColors(false);
  return renderFrame({ tasks, remark }, { project: 'shop', colors, width, height, now });
}

describe('renderFrame', () => {
  it('has a row for each task, with what it waits for and how long', () => {
    expect(frame([waiting, running], 160)).toEqual([
      'shop: 2 open tasks, 1 waits for a person',
      'TASK                             PHASE   ROUND  CHECKS  ELAPSED  WAITING  WAITS FOR',
      'reject-empty-order-numbers-k3x9  review  2      2 of 2  2 h      30 min   ' +
        'a person to decide^[[2J about 1234567890ab: every change is decided by a person',
      'run                              run     2              2 h',
    ]);
  });

  it.each([120, 80, 40, 12])('is never wider than a terminal of %i columns', (width) => {
    const widths = frame(
      [waiting, { ...running, task: '日本語の仕事'.repeat(5) }],
      width,
      20,
      'x'.repeat(200),
    ).map(textWidth);
    expect(Math.max(...widths)).toBeLessThanOrEqual(width);
  });

  it('is never higher than the terminal, and says what is left out', () => {
    const tasks = Array.from({ length: 30 }, (_, index) => ({ ...running, task: `task-${index}` }));
    const lines = frame(tasks, 80, 10, 'No worker');
    expect(lines).toHaveLength(10);
    expect(lines.slice(-2)).toEqual(['and 24 more', 'No worker']);
  });
});

describe('openChanges', () => {
  it('tells of a task when it is new or different, also after it was gone', () => {
    const changed = openChanges();
    expect(changed([waiting, running])).toEqual([waiting, running]);
    expect(changed([waiting, running])).toEqual([]);
    const later = { ...running, round: 3 };
    expect(changed([later])).toEqual([later]);
    expect(changed([waiting, later])).toEqual([waiting]);
  });
});
