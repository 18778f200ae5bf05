import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/errors.js';
import { loadConfig } from '../config/load.js';
import type { HostCheck, HostPort } from '../workflows/ports.js';
import { heartbeating } from './heartbeat.js';
import type { HostDeps } from './host.js';
import type { Clearing } from './moved-tasks.js';
import { clearMovedTasks } from './moved-tasks.js';

/** A host that knows which workflow file it was started with. */
export interface AttendedHost extends HostDeps {
  config: Pick<Config, 'file' | 'project'>;
}

const lookEveryMs = 2_000;
/** A task that leaves a drained host does so without a word to that host. */
const clearEveryMs = 60_000;
/** The message travels through the project's history. */
const longestProblem = 500;

/** The host port: by it a project knows that a host is there, and what configuration it has. */
export function createHostActivities(host: AttendedHost): HostPort {
  return {
    /** Reads and stores what is in the file, so it may be repeated at any time. */
    meet: () =>
      heartbeating(async (signal, attempt) => {
        const found = await check(host);
        await clearMoved(host, found, { signal, attempt, stayed: new Set() });
        return found;
      }),

    /** The same. */
    attend: ({ known }) =>
      heartbeating(async (signal, attempt) => {
        const stayed = new Set<string>();
        let clearAt = performance.now();
        for (;;) {
          if (performance.now() >= clearAt) {
            await clearMoved(host, known, { signal, attempt, stayed });
            clearAt = performance.now() + clearEveryMs;
          }
          const now = await check(host);
          if (now.config !== known.config || now.problem !== known.problem) return now;
          await sleep(lookEveryMs, undefined, { signal });
        }
      }),
  };
}

async function clearMoved(
  deps: AttendedHost,
  { config: hash }: HostCheck,
  clearing: Omit<Clearing, 'deps' | 'config'>,
): Promise<void> {
  if (hash !== null) await clearMovedTasks({ deps, config: await deps.configs.get(hash), ...clearing });
}

/** The project may send work for this configuration from now on. */
async function check({ config: { file, project }, configs, env }: AttendedHost): Promise<HostCheck> {
  try {
    const config = await loadConfig(file, env);
    if (config.project !== project)
      return unusable(`${file} is of project ${config.project} now; restart the worker for that one`);
    await configs.put(config);
    return { config: config.hash, problem: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return unusable(error.message);
  }
}

function unusable(problem: string): HostCheck {
  return { config: null, problem: problem.slice(0, longestProblem) };
}
