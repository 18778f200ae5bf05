/**
 * The queue of the activities of one project on one host, beside the queue that all workflows share: what serves another
 * project, on a machine of the same name, must not get them.
 */
export function activityQueue(queue: string, project: string, host: string): string {
  return `${queue}/${project}@${host}`;
}
