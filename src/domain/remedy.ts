import type { FailReason, FailureType, TurnFault } from './failure.js';
import type { TaskError } from './task.js';

/** How a workflow was closed from outside, as its last error. */
export type Closed = 'failed' | 'terminated' | 'timed_out';

/** Everything that the last error of a task can be called by. */
export type ErrorCategory = TurnFault | FailureType | FailReason | Closed | 'quota' | 'timeout';

const install = 'Install it, or mend its command in the workflow file; `continuo doctor` looks for it.';
const byHand = 'Try its command by hand, as the user that Continuo runs as.';
const byItself = 'It is tried again by itself.';
const seeMessage = 'Read its message; `continuo retry` tries again once the cause is gone.';
const workflowFile = 'Mend the workflow file; `continuo doctor` says what it thinks of it.';

/** What a person can do about each. */
const remedies: Record<ErrorCategory, string> = {
  codex_not_found: install,
  claude_not_found: install,
  acp_not_found: install,
  agent_not_found: 'Install what command.run starts, or mend it in the workflow file.',
  startup_failed: `${byHand} Where it does not know a word of its command line, it is of another version than those that were tested.`,
  response_timeout: `${byHand} If it is only slow, give it longer by read_timeout_ms.`,
  response_error:
    'It refuses what Continuo asks of it. Most often it is of another version than those that were tested: `continuo doctor` tells which one it is.',
  not_logged_in:
    'Log in with the agent itself, as the user that Continuo runs as, or give it a key by agent.auth or agent.env; then `continuo retry`.',
  rate_limited: `The model has too much to do. ${byItself} Fewer agents at once help, by agent.max_concurrent_agents.`,
  model_unavailable: `The model cannot be reached, or does not work. ${byItself}`,
  model_error:
    'The model refuses the request or cannot be reached: look at its name, its address, and at what its provider says.',
  context_overflow: 'The conversation is too long for the model: split the task, or choose another model.',
  stalled:
    'It said nothing for too long: `continuo logs` has its last words. If it needs longer, say so by stall_timeout_ms.',
  turn_timeout: 'It took too long: `continuo logs` has its last words. If it needs longer, set its timeout.',
  port_exit: 'Its program ended in the middle: its last words are in the message, and in `continuo logs`.',
  output_limit:
    'It printed, or asked for, more than any work needs: `continuo logs` has the beginning of it.',
  sandbox_failed:
    'The sandbox of the agent itself does not work here: `continuo doctor` says what ours can do.',
  turn_failed: 'It says itself that it has failed: its reason is in the message, and in `continuo logs`.',
  turn_cancelled: `Somebody or something else has interrupted its turn. ${byItself}`,
  agent_lost: 'Something ends it again and again, such as a lack of memory: look at the log of the system.',
  hook_failed: 'A hook of the workflow file failed: its output is in hooks.log in the folder of the logs.',
  template_parse_error: 'Mend the prompt in the workflow file.',
  template_render_error: 'Mend the prompt in the workflow file: it fails for this issue.',
  quota: 'The quota of the model is used up. It goes on by itself; `continuo retry` does not wait.',

  config_invalid: workflowFile,
  config_missing:
    'Start `continuo up` on its host, so that it reads the workflow file again; then `continuo retry`.',
  configuration: workflowFile,
  tracker_request: `The tracker cannot be reached, or refuses. ${byItself}`,
  tracker_response: `The tracker answers in a way that this version does not know. ${byItself}`,
  forge_request: `The forge cannot be reached, or refuses. ${byItself}`,
  repository_unavailable:
    'See that the repository and its base are there and can be read; then `continuo retry`.',
  workspace_invalid: 'Something is wrong with its folder, as the message says; then `continuo retry`.',
  workspace: seeMessage,
  programming_error: 'This is a fault of Continuo: please report it, with the message.',
  infrastructure: 'Something on the host or the server failed, as the message says; then `continuo retry`.',
  timeout: `Its worker was not heard of in time: see that \`continuo up\` runs on its host. ${byItself}`,
  task_failed: 'It was given up after its time. `continuo start` begins it anew.',
  failed: 'It was closed. `continuo start` begins it anew.',
  terminated: 'Somebody has terminated it in Temporal. `continuo start` begins it anew.',
  timed_out: 'Temporal has closed it after its time. `continuo start` begins it anew.',

  agent: seeMessage,
  attempts: seeMessage,
  verification:
    'What it has done does not pass, or is nothing: `continuo logs` and `continuo logs --checks` tell why.',
  landing: 'It cannot land, as the message says; `continuo retry` tries again.',
};

/** An error with what a person can do about it; null for a category of another version. */
export type ShownError = TaskError & { remedy: string | null };

export function withRemedy(error: TaskError): ShownError {
  return { ...error, remedy: isKnown(error.category) ? remedies[error.category] : null };
}

function isKnown(category: string): category is ErrorCategory {
  return Object.hasOwn(remedies, category);
}
