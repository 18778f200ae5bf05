import { Context } from '@temporalio/activity';
import type { Config } from '../../config/config.js';
import { workflowQueue } from '../../config/temporal.js';
import type { Problem } from '../../domain/project.js';
import { scheduleId } from '../../domain/schedule.js';
import type { HostDeps } from '../host.js';
import { keepSchedules, schedulesPlace } from './keep.js';

/**
 * Makes the function by which a look brings the schedules of a configuration into force: once for each configuration, and
 * again at the next look when the server has refused. To be called in an activity.
 */
export function createScheduleKeeper({ env, log }: Pick<HostDeps, 'env' | 'log'>) {
  let kept: { config: Config; problems: Problem[] } | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const keep = async (config: Config): Promise<Problem[]> => {
    if (kept?.config.hash === config.hash) return kept.problems;
    const before = kept?.config.project === config.project ? kept.config.schedules : [];
    const ids = before.map(({ name }) => scheduleId(config.project, name));
    try {
      const { client } = Context.current();
      const problems = await keepSchedules({ client, queue: workflowQueue(env) }, config, ids);
      kept = { config, problems };
      return problems;
    } catch (error) {
      const message = `the server does not take them: ${error instanceof Error ? error.message : String(error)}`;
      log.warn('schedules cannot be set up', { project: config.project, error: message });
      return [{ where: schedulesPlace, message }];
    }
  };

  // Two looks at once would both create what is not there.
  return (config: Config): Promise<Problem[]> => {
    const next = last.then(() => keep(config));
    last = next;
    return next;
  };
}
