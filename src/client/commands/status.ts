import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { renderStatus } from '../status-page.js';
import { lookAtTask } from '../task-status.js';
import { remarkProblems } from '../project-problems.js';
import { noWorkerRemark } from '../remarks.js';

/** Shows what a task is doing, and what a person can do next. */
export async function showStatus(invocation: Invocation, task: string): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine, project) => {
    const [{ status, isLive }] = await Promise.all([
      lookAtTask(engine, task),
      remarkProblems(engine, project, out),
    ]);
    if (!isLive) out.remark(noWorkerRemark);
    if (json) out.json(status);
    else for (const line of renderStatus(status, engine.taskPage(task), out.colors)) out.line(line);
  });
}
