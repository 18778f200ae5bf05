import { agents } from './agents.mjs';
import { backlog } from './backlog.mjs';
import { cli } from './cli.mjs';
import { fleet } from './fleet.mjs';
import { history } from './history.mjs';
import { idle } from './idle.mjs';
import { keepers } from './keepers.mjs';
import { parked } from './parked.mjs';
import { sessions } from './sessions.mjs';
import { starts } from './starts.mjs';
import { takeover } from './takeover.mjs';
import { task } from './task.mjs';
import { thousand } from './thousand.mjs';
import { throughput } from './throughput.mjs';
import { webhook } from './webhook.mjs';
import { workspace } from './workspace.mjs';

/** In the order in which they are measured: what deletes or writes much comes last. */
export const figures = {
  cli,
  history,
  idle,
  starts,
  webhook,
  backlog,
  parked,
  takeover,
  agents,
  fleet,
  sessions,
  keepers,
  task,
  throughput,
  workspace,
  thousand,
};
