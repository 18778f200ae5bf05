import { stopServed } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { showProgress } from '../progress.js';
import { openProject } from '../project.js';

/** Stops the `continuo up` or `continuo worker` of the project's data directory, and waits until it is gone. */
export async function stopProject(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  const { config, paths } = await openProject(invocation);
  const { project } = config;
  const result = await showProgress(`Stopping project ${project}`, () => stopServed(paths));
  if (result.kind === 'still running') {
    throw new CliError(
      ExitCode.failed,
      `continuo ${result.command} (process ${result.pid}) has not ended yet`,
      `look at its output, or end it by force: kill -9 ${result.pid}`,
    );
  }
  if (json)
    out.json({ project, stopped: result.kind !== 'nothing', pid: 'pid' in result ? result.pid : null });
  else out.line(said(project, result.kind));
}

function said(project: string, kind: 'stopped' | 'server stopped' | 'nothing'): string {
  switch (kind) {
    case 'stopped':
      return `Stopped. The tasks of project ${project} go on when it is up again.`;
    case 'server stopped':
      return 'Stopped the Temporal server that a killed `continuo up` had left.';
    case 'nothing':
      return `Nothing of project ${project} is running on this host.`;
    default:
      return kind satisfies never;
  }
}
