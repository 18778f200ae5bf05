import { describeKills } from './kill-contract.js';
import { claude, codex } from './support/session-agents.js';

describeKills({ ...codex, over: 'task_complete', knowsItsAnswer: true, repeatsUnanswered: false });
describeKills({ ...claude, over: 'Done.', knowsItsAnswer: false, repeatsUnanswered: true });
