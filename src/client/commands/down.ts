import type { Stopped } from '../../worker/main.js';
import { endPrograms, findPrograms, goingOn, stopServed } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { showProgress } from '../progress.js';
import { openProject } from '../project.js';

export interface DownOptions {
  /** Agents, checks and hooks as well. */
  agents?: boolean;
}

/**
 * Stops the `continuo up` or `continuo worker` of the project's data directory, and waits until it is gone.
 * Agents and checks go on, unless they are to end too.
 */
export async function stopProject(invocation: Invocation, { agents = false }: DownOptions): Promise<void> {
  const { out, json, stderr } = invocation;
  const { config, paths } = await openProject(invocation);
  const { project, keeper } = config;
  const result = await showProgress(stderr, `Stopping project ${project}`, () => stopServed(paths));
  if (result.kind === 'still running') {
    throw new CliError(
      ExitCode.failed,
      `continuo ${result.command} (process ${result.pid}) has not ended yet`,
      `look at its output, or end it by force: kill -9 ${result.pid}`,
    );
  }
  // In this order: nobody is left who would start an ended one again.
  const ended = agents ? await showProgress(stderr, 'Ending agents and checks', () => endPrograms(paths)) : 0;
  const { running } = await findPrograms(paths);
  const others = 'others' in result ? result.others : [];
  if (json) {
    const pid = 'pid' in result ? result.pid : null;
    out.json({ project, others, stopped: result.kind !== 'nothing', pid, ended, running: running.length });
    return;
  }
  out.line(said(project, result.kind));
  if (others.length > 0)
    out.line(`The same process served ${others.join(', ')}, which it serves no more either.`);
  if (ended > 0)
    out.line(`Ended ${ended} of its agents, checks and hooks; what was cut off begins again then.`);
  for (const line of goingOn(running, keeper.lease_ms)) out.line(line);
}

function said(project: string, kind: Exclude<Stopped['kind'], 'still running'>): string {
  switch (kind) {
    case 'stopped':
      return `Stopped. The tasks of project ${project} go on when it is up again.`;
    case 'killed':
      return `Killed a process that did no work any more. The tasks of project ${project} go on when it is up again.`;
    case 'server stopped':
      return 'Stopped the Temporal server that a killed `continuo up` had left.';
    case 'nothing':
      return `Nothing of project ${project} is running on this host.`;
    default:
      return kind satisfies never;
  }
}
