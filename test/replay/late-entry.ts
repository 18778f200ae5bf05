/** An event as the Temporal CLI exports it, with attributes by its type. */
export interface StoredEvent {
  eventId?: string;
  eventTime?: string;
  eventType: string;
  workflowExecutionSignaledEventAttributes?: { signalName: string; input: object };
  activityTaskScheduledEventAttributes?: { activityId?: string; activityType: { name: string } };
}

/**
 * The history of a train that has landed its only entry, with another end, which no test can bring about at
 * will: while its last handler is at work, and nothing is queued any more, it is asked to land that entry once
 * more. What it does then is the last event: it takes the entry up.
 */
export function withLateEntry(events: readonly StoredEvent[]): StoredEvent[] {
  const answered = events.findIndex(({ eventType }) => eventType === signaledElsewhere);
  const [enqueue] = events.filter((event) => event.workflowExecutionSignaledEventAttributes !== undefined);
  const [rebase] = events.filter((event) => event.activityTaskScheduledEventAttributes !== undefined);
  const shown = events.filter(
    ({ eventType }) => eventType === 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  );
  if (answered < 0 || enqueue === undefined || rebase === undefined) throw new Error('no history of a train');

  const stray = { key: 'nobody', taskWorkflowId: 'nobody' };
  const workflowExecution = { workflowId: stray.taskWorkflowId };
  const begun = events.slice(0, answered + 1);
  const idOf = (position: number) => String(begun.length + position);
  const end = [
    {
      eventType: enqueue.eventType,
      workflowExecutionSignaledEventAttributes: { signalName: 'withdraw', input: payloadsOf(stray) },
    },
    ...workflowTask(idOf(2), idOf(3)),
    {
      eventType: 'EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
      signalExternalWorkflowExecutionInitiatedEventAttributes: {
        workflowExecution,
        signalName: 'landingResult',
      },
    },
    enqueue,
    {
      eventType: signaledElsewhere,
      externalWorkflowExecutionSignaledEventAttributes: { initiatedEventId: idOf(5), workflowExecution },
    },
    ...workflowTask(idOf(8), idOf(9)),
    ...shown,
    {
      ...rebase,
      activityTaskScheduledEventAttributes: {
        ...rebase.activityTaskScheduledEventAttributes,
        activityId: String(events.filter((event) => event.activityTaskScheduledEventAttributes).length + 1),
        activityType: { name: 'rebase' },
      },
    },
  ];
  const { eventTime } = begun.at(-1) ?? {};
  return [
    ...begun,
    ...end.map((event, at) => ({ ...event, eventId: idOf(at + 1), ...(eventTime && { eventTime }) })),
  ];
}

const signaledElsewhere = 'EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED';

/** The workflow's code has run. */
function workflowTask(scheduledEventId: string, startedEventId: string): StoredEvent[] {
  const events = [
    { eventType: 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED', workflowTaskScheduledEventAttributes: {} },
    {
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED',
      workflowTaskStartedEventAttributes: { scheduledEventId },
    },
    {
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED',
      workflowTaskCompletedEventAttributes: { scheduledEventId, startedEventId },
    },
  ];
  return events;
}

function payloadsOf(value: object): { payloads: object[] } {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    payloads: [{ metadata: { encoding: encode('json/plain') }, data: encode(JSON.stringify(value)) }],
  };
}
