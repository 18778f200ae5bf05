import { ActivityFailure, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { summarizeIssue } from '../domain/issue.js';
import type { ScheduledAnswer } from '../domain/schedule.js';
import { isOfSchedule } from '../domain/schedule.js';
import { Fields } from './accept.js';
import { deliver } from './deliver.js';
import { scheduledAnswerSignal, scheduleDueSignal } from './messages.js';
import type { Project } from './project-context.js';
import { publishProject, remark } from './project-context.js';
import { startTask } from './project-dispatch.js';
import { scheduler } from './proxies.js';

/** Registers the message by which a schedule asks for its task. */
export function handleSchedules(project: Project): void {
  setHandler(scheduleDueSignal, async (payload) => {
    const fields = new Fields(payload);
    const [schedule, at, from] = [fields.text('schedule'), fields.text('at'), fields.text('from')];
    if (schedule === '' || at === '') return;
    const answer = await startScheduled(project, schedule, at);
    const what = answer.kind === 'started' ? `started ${answer.task}` : `skipped: ${answer.reason}`;
    remark(project, `schedule ${schedule}: ${what}`);
    publishProject(project);
    if (from !== '') {
      await deliver(() => getExternalWorkflowHandle(from).signal(scheduledAnswerSignal, answer));
    }
  });
}

/** Starts the task of a schedule, unless its last one is still live. It asks for its slot itself. */
async function startScheduled(project: Project, schedule: string, at: string): Promise<ScheduledAnswer> {
  const { state } = project;
  const skipped = (reason: string): ScheduledAnswer => ({ kind: 'skipped', reason });
  const { project: name, host } = state;
  const port = scheduler({ project: name, host, summary: `Read the prompt of schedule ${schedule}` });
  try {
    const issue = await port.scheduledIssue({ config: state.config.hash, schedule, at });
    if (issue === null) return skipped('the workflow file has no such schedule any more');
    // Not before: another one of the same schedule may have been started meanwhile.
    const live = Object.values(state.tasks).find((task) => isOfSchedule(schedule, task.issue));
    if (live !== undefined) return skipped(`its task ${live.issue.identifier} is still live`);
    await startTask(project, summarizeIssue(issue), '', null, issue);
    return { kind: 'started', task: issue.identifier };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return skipped((error.cause ?? error).message);
  }
}
