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
  /** What keeps the changes does not answer, or refuses. */
  forgeRequest: 'forge_request',
  repository: 'repository_unavailable',
  workspace: 'workspace_invalid',
  hook: 'hook_failed',
  programming: 'programming_error',
  infrastructure: 'infrastructure',
  /** A task that was parked and that nobody retried. */
  taskFailed: 'task_failed',
} as const;

export type FailureType = (typeof FailureType)[keyof typeof FailureType];

/** Why a task is parked as failed. */
export type FailReason =
  'agent' | 'attempts' | 'verification' | 'landing' | 'workspace' | 'configuration' | 'infrastructure';

/** Why a turn failed, in words that all kinds of agents share (SPEC 10.6). `remedy.ts` says of each what to do. */
export const turnFaults = [
  'codex_not_found',
  'claude_not_found',
  'acp_not_found',
  'agent_not_found',
  'startup_failed',
  'response_timeout',
  'response_error',
  'not_logged_in',
  'rate_limited',
  'model_unavailable',
  'model_error',
  'context_overflow',
  'stalled',
  'turn_timeout',
  'port_exit',
  'output_limit',
  'sandbox_failed',
  'turn_failed',
  'turn_cancelled',
  'agent_lost',
  'hook_failed',
  'template_parse_error',
  'template_render_error',
] as const;

export type TurnFault = (typeof turnFaults)[number];
