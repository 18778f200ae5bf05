import { scheduledIssue } from '../../domain/schedule.js';
import type { SchedulePort } from '../../workflows/ports.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';

export function createScheduleActivities({ configs }: Pick<HostDeps, 'configs'>): SchedulePort {
  return {
    /** Reads only, so it may be repeated at any time. */
    scheduledIssue: ({ config: hash, schedule, at }) =>
      heartbeating(async () => {
        const { schedules } = await configs.get(hash);
        const found = schedules.find(({ name }) => name === schedule);
        return found === undefined ? null : scheduledIssue(schedule, found.prompt, at);
      }),
  };
}
