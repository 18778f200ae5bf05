/**
 * Types of `ApplicationFailure` that cross Temporal. Code branches on these, never on a message.
 * Classes stay distinguishable by prefix (SPEC 14.1): workflow file, tracker, workspace, agent, forge.
 */
export const FailureType = {
  /** The workflow file or its values; somebody has to edit it. */
  config: 'config_invalid',
  /** The configuration that a task names is not on this host. */
  configMissing: 'config_missing',
  trackerRequest: 'tracker_request',
  trackerResponse: 'tracker_response',
  repository: 'repository_unavailable',
  workspace: 'workspace_invalid',
  hook: 'hook_failed',
  programming: 'programming_error',
  infrastructure: 'infrastructure',
  /** A task that was parked and that nobody retried. */
  taskFailed: 'task_failed',
} as const;

export type FailureType = (typeof FailureType)[keyof typeof FailureType];

/** Why a task is parked as failed; each one has its own advice in `status`. */
export type FailReason =
  'agent' | 'attempts' | 'verification' | 'landing' | 'workspace' | 'configuration' | 'infrastructure';
