import { describeKills } from './kill-contract.js';
import { opencode } from './support/session-agents.js';

/** Apart, because opencode takes its time to start. */
describeKills({ ...opencode, over: 'Done.', knowsItsAnswer: false, repeatsUnanswered: false });
