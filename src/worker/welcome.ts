import { settingsWithoutEffect } from '../config/without-effect.js';
import type { Engine } from './engine/index.js';
import type { Host } from './host.js';

const how = {
  external: 'as TEMPORAL_ADDRESS says',
  started: 'started by this command',
  adopted: 'left running by an earlier one',
};

/** What a person wants to know when everything runs. */
export function welcome(
  { config, paths, host }: Pick<Host, 'config' | 'paths' | 'host'>,
  engine: Pick<Engine, 'address' | 'namespace' | 'uiUrl' | 'kind'>,
): string[] {
  const { address, namespace, uiUrl, kind } = engine;
  return [
    `Continuo serves project ${config.project} of ${config.file}`,
    `  Temporal  ${address}, namespace ${namespace} (${how[kind]})`,
    ...(uiUrl === null ? [] : [`  UI        ${uiUrl}`]),
    `  Host      ${host}`,
    `  Data      ${paths.root}`,
    ...warnings(config),
    'Next, in another terminal:',
    '  continuo list                    see the tasks and what they wait for',
    "  continuo start '<what to do>'    start a task from a prompt",
    'Ctrl-C or `continuo down` ends it; tasks go on at the next `continuo up`.',
  ];
}

function warnings(config: Host['config']): string[] {
  const { verify, review, land } = config;
  const human = review?.human.when ?? 'never';
  return [
    ...(verify === undefined && review === undefined && land === undefined
      ? [
          '  Note: verify, review and land are not configured, so nothing is checked and nothing lands by itself.',
        ]
      : []),
    ...(human === 'never'
      ? []
      : [
          '  Note: agents run without a sandbox, as your user: approvals are not a security boundary against them.',
        ]),
    ...settingsWithoutEffect(config).map(
      ({ key, effect, advice }) => `  Warning: ${key} has no effect: ${effect}; ${advice}.`,
    ),
  ];
}
