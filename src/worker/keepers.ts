import { listKeepers } from '../activities/keeper/list.js';
import { endProgram } from '../activities/keeper/strays.js';
import type { Owner } from '../activities/keeper/protocol.js';
import type { DataPaths } from '../config/paths.js';
import { runningPrograms } from './programs.js';

/** An agent, a check or a hook that runs now, and the keeper that owns it. */
export interface LiveProgram {
  project: string;
  task: string;
  kind: Owner['kind'];
  /** For people: `turn 3`, `check test`, `hook before_run`. */
  title: string;
  /** The keeper's. */
  pid: number;
  /** RFC 3339. */
  startedAt: string;
  /** Whether a worker attends to it; null when its keeper does not answer. */
  attached: boolean | null;
  /** Of the keeper and of all that the program has started; null where it cannot be told. */
  memoryBytes: number | null;
  /** Its folder, with journal and log. */
  place: string;
}

/** What a data directory has of programs. */
export interface Programs {
  running: LiveProgram[];
  /** Places whose keeper died before it could write down how its program ended. */
  lost: string[];
}

/** Everything that was started for this data directory and is not over. Needs no server and no worker. */
export async function findPrograms({ runs }: DataPaths): Promise<Programs> {
  const found = await listKeepers(runs);
  const running = found.flatMap(({ place, claim, state, attached, rssBytes }): LiveProgram[] => {
    if (state !== 'running') return [];
    const { owner, startedAt, process } = claim;
    const { project, identifier: task, kind, title } = owner;
    const { pid } = process;
    return [{ project, task, kind, title, pid, startedAt, attached, memoryBytes: rssBytes, place }];
  });
  const lost = found.filter(({ state }) => state === 'lost').map(({ place }) => place);
  return { running: running.sort(byAge), lost };
}

/** Ends every program of a data directory with all that it started, by its keeper, and returns how many. */
export async function endPrograms(paths: DataPaths): Promise<number> {
  const running = await runningPrograms(paths);
  await Promise.all(running.map(endProgram));
  return running.length;
}

function byAge(left: LiveProgram, right: LiveProgram): number {
  return left.startedAt < right.startedAt ? -1 : 1;
}
