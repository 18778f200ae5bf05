import { agents } from './agents.mjs';
import { cli } from './cli.mjs';
import { fleet } from './fleet.mjs';
import { history } from './history.mjs';
import { idle } from './idle.mjs';
import { keepers } from './keepers.mjs';
import { sessions } from './sessions.mjs';
import { takeover } from './takeover.mjs';
import { task } from './task.mjs';
import { throughput } from './throughput.mjs';
import { workspace } from './workspace.mjs';

/** In the order in which they are measured: what deletes or writes much comes last. */
export const figures = {
  cli,
  history,
  idle,
  takeover,
  agents,
  fleet,
  sessions,
  keepers,
  task,
  throughput,
  workspace,
};
