import type { SandboxNote } from '../config/engine-file.js';
import { promptProblem } from '../config/prompt-problem.js';
import { settingsWithoutEffect } from '../config/without-effect.js';
import type { Engine } from './engine/index.js';
import type { Host } from './host.js';
import { sandboxLines } from './sandbox.js';

const how = {
  external: 'as TEMPORAL_ADDRESS says',
  started: 'started by this command',
  adopted: 'left running by an earlier one',
};

/** A project that is served, and the sandbox of its agents. */
export interface Served extends Pick<Host, 'config' | 'paths' | 'host'> {
  sandbox: SandboxNote;
}

/** What a person wants to know when everything runs. */
export function welcome(
  projects: readonly Served[],
  engine: Pick<Engine, 'address' | 'namespace' | 'uiUrl' | 'kind'>,
): string[] {
  const { address, namespace, uiUrl, kind } = engine;
  return [
    ...projects.flatMap(({ config, paths, host, sandbox }) => [
      `Continuo serves project ${config.project} of ${config.file}`,
      `  Temporal  ${address}, namespace ${namespace} (${how[kind]})`,
      ...(uiUrl === null ? [] : [`  UI        ${uiUrl}`]),
      `  Host      ${host}`,
      `  Data      ${paths.root}`,
      ...sandboxLines(sandbox),
      ...warnings(config),
    ]),
    projects.length === 1
      ? 'Next, in another terminal:'
      : 'Next, in another terminal, in the folder of a project or with --workflow:',
    '  continuo list                    see the tasks and what they wait for',
    "  continuo start '<what to do>'    start a task from a prompt",
    '  continuo ps                      see the agents and checks that run',
    'Ctrl-C or `continuo down` ends it. Agents that run go on (`continuo down --agents` ends them too), and',
    'the tasks do so at the next `continuo up`.',
  ];
}

function warnings(config: Host['config']): string[] {
  const { verify, review, land } = config;
  const prompt = promptProblem(config);
  return [
    ...(verify === undefined && review === undefined && land === undefined
      ? [
          '  Note: verify, review and land are not configured, so nothing is checked and nothing lands by itself.',
        ]
      : []),
    ...(prompt === null ? [] : [`  Warning: ${prompt.message}`]),
    ...settingsWithoutEffect(config).map(
      ({ key, effect, advice }) => `  Warning: ${key} has no effect: ${effect}; ${advice}.`,
    ),
  ];
}
