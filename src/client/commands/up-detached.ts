import type { Detached } from '../../worker/main.js';
import { sandboxLines, startDetached } from '../../worker/main.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { join, resolve } from 'node:path';
import { serveArguments } from '../serve-options.js';
import type { ServeOptions } from '../serve-options.js';
import { inItsFolder, refuseOneForAll } from './serve.js';
import { showProgress } from '../progress.js';
import { readProject } from '../project.js';

/**
 * Starts `continuo up` in the background, waits until it works, and says where it is. Throws `CliError` with
 * the exit code of one that ended.
 */
export async function upDetached(
  invocation: Invocation,
  files: readonly string[],
  options: ServeOptions,
): Promise<void> {
  const { out, json, cwd, env, stderr } = invocation;
  const [first = invocation.workflow, ...others] = files;
  if (others.length > 0) refuseOneForAll(env);
  const read = async (workflow: string | null) => {
    try {
      return await readProject({ ...invocation, workflow });
    } catch (error) {
      throw others.length > 0 ? inItsFolder(error) : error;
    }
  };
  const { config, paths } = await read(first);
  const configs = [config];
  for (const workflow of others) configs.push((await read(workflow)).config);
  const projects = configs.map(({ project }) => project);
  const workflows = configs.map(({ file }) => file);
  // The first one's folder has what belongs to all.
  const log = resolve(cwd, options.logFile ?? join(paths.root, 'up.log'));
  const given = serveArguments({ ...options, logFile: log }, cwd);
  const whose = `project${projects.length === 1 ? '' : 's'} ${projects.join(', ')}`;
  const started = await showProgress(stderr, `Starting ${whose}`, () =>
    startDetached(paths, { args: ['up', ...workflows, ...given], cwd, env, log }),
  );
  if (started.kind !== 'ready') throw failureOf(started);
  const { pid, address, uiUrl, sandbox } = started;
  if (json) {
    const { project } = config;
    out.json({ project, projects, pid, address, uiUrl, log, containment: sandbox?.containment ?? null });
    return;
  }
  out.line(`Continuo serves ${whose} in the background, process ${pid}`);
  out.line(`  Temporal  ${address ?? 'not known'}`);
  if (uiUrl !== null) out.line(`  UI        ${uiUrl}`);
  out.line(`  Log       ${log}`);
  if (sandbox !== null) for (const line of sandboxLines(sandbox)) out.line(line);
  out.line('Next:');
  out.line("  continuo start '<what to do>'    start a task from a prompt");
  out.line('  continuo list                    see the tasks and what they wait for');
  out.line('  continuo ps                      see the agents and checks that run');
  out.line('  continuo down                    end it; agents go on, and so do the tasks at the next `up`');
}

function failureOf(started: Exclude<Detached, { kind: 'ready' }>): CliError {
  const { lastWords, output, pid } = started;
  const next = `${lastWords.replaceAll('\n', '\n  ')}\n  all it printed: ${output}`.trim();
  if (started.kind === 'still starting') {
    const message = `process ${pid} still does not work; it goes on trying, and \`continuo down\` ends it`;
    return new CliError(ExitCode.failed, message, next);
  }
  const known = Object.values(ExitCode).find((code) => code === started.exitCode && code !== ExitCode.done);
  return new CliError(known ?? ExitCode.failed, 'it has ended before it could work', next);
}
