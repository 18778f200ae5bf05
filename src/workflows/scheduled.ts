import {
  ApplicationFailure,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { projectWorkflowId } from '../domain/project.js';
import type { ScheduledAnswer, ScheduledInput } from '../domain/schedule.js';
import { deliver } from './deliver.js';
import { scheduledAnswerSignal, scheduleDueSignal } from './messages.js';

/** Temporal's own: when the schedule was due, however late it is. */
const dueAttribute = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** What a Temporal Schedule starts: it asks the project for a task, and its result says what became of that. */
export async function scheduled({ project, schedule }: ScheduledInput): Promise<ScheduledAnswer> {
  const answers: ScheduledAnswer[] = [];
  setHandler(scheduledAnswerSignal, (answer) => void answers.push(answer));

  const { workflowId, startTime, typedSearchAttributes } = workflowInfo();
  const at = (typedSearchAttributes.get(dueAttribute) ?? startTime).toISOString();
  const handle = getExternalWorkflowHandle(projectWorkflowId(project));
  const isThere = await deliver(() => handle.signal(scheduleDueSignal, { schedule, at, from: workflowId }));
  if (!isThere) {
    throw ApplicationFailure.nonRetryable(
      `project ${project} is not there; start it: continuo up`,
      'refused',
    );
  }
  await condition(() => answers.length > 0);
  return answers[0] ?? { kind: 'skipped', reason: 'the project has not answered' };
}
