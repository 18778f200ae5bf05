import type { Issue, IssueSummary } from './issue.js';
import { unreadIssue } from './issue.js';
import { titleOf } from './prompt-title.js';

/** Input of the `scheduled` workflow; it shows in the Temporal UI what the schedule is. */
export interface ScheduledInput {
  project: string;
  schedule: string;
  cron: string;
  timeZone: string;
}

/** What became of one time at which a schedule was due. */
export type ScheduledAnswer = { kind: 'started'; task: string } | { kind: 'skipped'; reason: string };

/** What is missed for longer than this while nothing is up is not caught up. */
export const catchUp = '1 day';

/** The ids of all schedules of a project begin so. */
export function schedulePrefix(project: string): string {
  return `schedule/${project}/`;
}

export function scheduleId(project: string, schedule: string): string {
  return `${schedulePrefix(project)}${schedule}`;
}

/** The issue that a prompt of the workflow file stands for. `at`: when it was due, RFC 3339. */
export function scheduledIssue(schedule: string, prompt: string, at: string): Issue {
  const issue = unreadIssue({
    id: `${issuePrefix(schedule)}${at}`,
    identifier: `${schedule}-${at.replace(/\.\d+|[-:]/g, '')}`,
    title: titleOf(prompt),
    priority: null,
    state: 'Todo',
    created_at: at,
    source: 'prompt',
  });
  return { ...issue, description: prompt, updated_at: at };
}

/** Whether a task comes from this schedule. */
export function isOfSchedule(schedule: string, { id }: Pick<IssueSummary, 'id'>): boolean {
  return id.startsWith(issuePrefix(schedule));
}

function issuePrefix(schedule: string): string {
  return `schedule:${schedule}:`;
}
