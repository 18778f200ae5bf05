import { it } from '@jest/globals';
import { mergeLabelledIssues } from '../support/labelled-issues.js';
import { notingAgent } from './agent.js';

/** Few, for a run of all tests; `CONTINUO_ISSUES=10` takes some minutes. */
const issues = Number(process.env.CONTINUO_ISSUES ?? 4);

it('brings labelled issues to merged pull requests, each once, whenever it is killed', async () => {
  const agent = notingAgent('sleep 0.3', { atOnce: 3 }).replace(/^land:.*$/m, '');
  await mergeLabelledIssues({ name: 'github', issues, agent });
}, 900_000);
