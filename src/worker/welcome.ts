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

/** What a person wants to know when everything runs. */
export function welcome(
  { config, paths, host }: Pick<Host, 'config' | 'paths' | 'host'>,
  engine: Pick<Engine, 'address' | 'namespace' | 'uiUrl' | 'kind'>,
  sandbox: SandboxNote,
): string[] {
  const { address, namespace, uiUrl, kind } = engine;
  return [
    `Continuo serves project ${config.project} of ${config.file}`,
    `  Temporal  ${address}, namespace ${namespace} (${how[kind]})`,
    ...(uiUrl === null ? [] : [`  UI        ${uiUrl}`]),
    `  Host      ${host}`,
    `  Data      ${paths.root}`,
    ...sandboxLines(sandbox),
    ...warnings(config),
    'Next, in another terminal:',
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
