import { newProject, projectWorkflowId } from '../../src/domain/project.js';
import { scheduledIssue } from '../../src/domain/schedule.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import type { ScheduledAnswer } from '../../src/domain/schedule.js';
import type { project } from '../../src/workflows/project.js';
import type { scheduled } from '../../src/workflows/scheduled.js';
import type { FakePorts } from '../support/fake-ports.js';
import { testConfig } from '../support/fake-ports.js';
import type { Rig } from '../support/workflow-rig.js';
import type { Scenario } from './scenarios.js';

/** A schedule that is due, once its project is up, and the task that comes of it. */
export const scheduleScenarios: Scenario[] = [
  { name: 'scheduled', play: async (rig, ports) => (await playSchedule(rig, ports)).due },
  { name: 'project-with-a-schedule', play: async (rig, ports) => (await playSchedule(rig, ports)).project },
];

async function playSchedule(rig: Rig, ports: FakePorts) {
  ports.usually('scheduledIssue', ({ schedule, at }) => scheduledIssue(schedule, 'Tidy the docs', at));
  const { workflow } = rig.env.client;
  const projectHandle = await workflow.start<typeof project>('project', {
    workflowId: projectWorkflowId(rig.project),
    taskQueue: rig.queue,
    args: [newProject(rig.project, testConfig(), 'host')],
  });
  const due = await workflow.start<typeof scheduled>('scheduled', {
    workflowId: `schedule/${rig.project}/tidy`,
    taskQueue: rig.queue,
    args: [{ project: rig.project, schedule: 'tidy', cron: '@daily', timeZone: 'UTC' }],
  });
  await workflow.getHandle(taskWorkflowId(rig.project, startedBy(await due.result()))).result();
  return { due, project: projectHandle };
}

function startedBy(answer: ScheduledAnswer): string {
  if (answer.kind === 'started') return answer.task;
  throw new Error(`the schedule has started nothing: ${answer.reason}`);
}
