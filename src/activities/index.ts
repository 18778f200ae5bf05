import { workflowQueue } from '../config/temporal.js';
import type { Ports } from '../workflows/ports.js';
import { createAgentActivities } from './agent/activities.js';
import type { AttendedHost } from './attendance.js';
import { createHostActivities } from './attendance.js';
import { createForgeActivities } from './forge/activities.js';
import { createGitActivities } from './git/activities.js';
import { createTrackerActivities } from './tracker/activities.js';
import { createReviewActivities } from './review/activities.js';
import { landingEdits } from './tracker/registry.js';
import { createScheduleActivities } from './schedules/activities.js';
import { createVerifyActivities } from './verify/activities.js';

/** All that workflows can ask of this host. */
export function createActivities(deps: AttendedHost): Ports {
  return {
    ...createHostActivities(deps),
    ...createTrackerActivities(deps),
    ...createScheduleActivities(deps),
    ...createGitActivities(deps, {
      landingEdits: (config, entry, tree) => landingEdits(config, entry, tree, deps),
    }),
    ...createAgentActivities(deps),
    ...createVerifyActivities(deps),
    ...createReviewActivities(deps),
    ...createForgeActivities(deps, { workflowQueue: workflowQueue(deps.env) }),
  };
}
