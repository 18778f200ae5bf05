import { Context } from '@temporalio/activity';
import type { Environment } from '../../config/environment.js';
import { variable } from '../../config/environment.js';

/** The text with a link to the task in the Temporal UI, where people have said where that is. */
export function withLink(text: string, env: Environment): string {
  const ui = variable(env, 'TEMPORAL_UI_URL');
  const { workflowExecution, namespace } = Context.current().info;
  if (ui === undefined || workflowExecution === undefined) return text;
  const path = ['namespaces', namespace, 'workflows', workflowExecution.workflowId].map(encodeURIComponent);
  return `${text}\n\n[See it in Temporal](${ui.replace(/\/+$/, '')}/${path.join('/')})`;
}
