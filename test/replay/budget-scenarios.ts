import { summarizeIssue } from '../../src/domain/issue.js';
import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { noUsage } from '../../src/domain/usage.js';
import * as messages from '../../src/workflows/messages.js';
import { project } from '../../src/workflows/project.js';
import { failedCheck, testConfig, testEvidence, testIssue, testSha } from '../support/fake-ports.js';
import type { Scenario } from './scenarios.js';
import { said, toTheEnd } from './scenarios.js';

const day = testConfig({ shared: { day: { turns: 2 } } });

/** Ways through a budget that all tasks share. */
export const budgetScenarios: Scenario[] = [
  {
    name: 'slot-for-each-turn',
    play: async (rig, ports) => {
      ports.next('verify', testEvidence(testSha(1), 'base', [failedCheck]));
      return toTheEnd(rig, await rig.start({ config: day }), day);
    },
  },
  {
    name: 'project-whose-day-was-spent',
    play: async (rig) => {
      const handle = await rig.env.client.workflow.start(project, {
        workflowId: projectWorkflowId(rig.project),
        taskQueue: rig.queue,
        args: [newProject(rig.project, day, 'host')],
      });
      const report = (id: string, slot: 'asked' | 'none', turns: number): [messages.TaskReport] => [
        { issue: summarizeIssue(testIssue({ id, identifier: id })), slot, spent: { ...noUsage, turns } },
      ];
      await handle.signal(messages.taskReportSignal, ...report('a', 'none', 0));
      await handle.signal(messages.taskReportSignal, ...report('a', 'none', 2));
      await handle.signal(messages.taskReportSignal, ...report('b', 'asked', 0));
      const raise = { ...said(), scope: 'day', usd: 0, tokens: 0, turns: 3, minutes: 0 };
      await handle.executeUpdate(messages.raiseSharedUpdate, { args: [raise] });
      return handle;
    },
  },
];
