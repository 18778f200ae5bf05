/** The queue of one host's activities, beside the queue that all workflows share. */
export function activityQueue(queue: string, host: string): string {
  return `${queue}@${host}`;
}
