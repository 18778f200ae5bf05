import { basename } from 'node:path';
import { refOf } from '../../config/view.js';
import type { Observation } from '../../domain/observation.js';
import type { Known } from '../../domain/project.js';
import type { HostDeps } from '../host.js';
import { bounded } from './problems.js';
import { noteReload, reload } from './reload.js';

/** A look at the workflow file alone: what the tracker has is not known, and what was wrong there still is. */
export async function lookAtFile(
  deps: Pick<HostDeps, 'configs' | 'env' | 'log'>,
  known: Known,
): Promise<Observation> {
  const reloaded = await reload(deps, known.configHash);
  noteReload(deps.log, known, reloaded);
  const { config, problems } = reloaded;
  const others = known.problems.filter(({ where }) => where !== basename(config.file));
  return {
    config: refOf(config),
    dispatching: false,
    active: null,
    refreshed: null,
    malformed: [],
    problems: bounded([...problems, ...others]),
    closed: [],
  };
}
