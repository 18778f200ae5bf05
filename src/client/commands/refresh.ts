import { WorkflowNotFoundError } from '@temporalio/client';
import { projectWorkflowId } from '../../domain/project.js';
import { refreshSignal } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { notRunning } from '../project-message.js';

/** Has the project look at its tracker now, and not only after its interval. Asked twice, it looks once. */
export async function refreshProject(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine) => {
    const { project } = engine;
    const handle = engine.client.workflow.getHandle(projectWorkflowId(project));
    try {
      await engine.call(() => handle.signal(refreshSignal));
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? notRunning(project) : error;
    }
    if (json) out.json({ project, command: 'refresh' });
    else out.line(`project ${project}: looks at its tracker and its workflow file now`);
  });
}
