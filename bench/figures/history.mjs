import { figure } from '../support/report.mjs';
import { Lab } from '../support/lab.mjs';
import { copyProgram } from '../support/program.mjs';

const taskFile = `---
title: Write a note
state: Todo
---
Write a note, so that somebody can read it.
`;

/** What Temporal keeps of a task file that has become a landed commit, and of its landing. */
export async function history({ scope }) {
  const lab = await Lab.open(scope, { program: copyProgram(scope), files: { 'tasks/note.md': taskFile } });
  const handle = await until(async () => {
    const started = lab.client.workflow.getHandle(`task/${lab.project}/note`);
    return (await started.describe().catch(() => null)) === null ? null : started;
  });
  await lab.landed(handle, 'note');
  const landing = await landingHandle(lab.client);
  return [
    ...(await figuresOf('history of a landed task', handle, 64)),
    ...(await figuresOf('history of its landing', landing, 64)),
  ];
}

async function figuresOf(name, handle, kilobytes) {
  const { historyLength, historySize } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const detail = { events: countTypes(events) };
  return [
    figure({ name: `${name}, events`, unit: 'events', value: historyLength, limit: { under: 80 }, detail }),
    figure({ name: `${name}, size`, unit: 'KB', value: historySize / 1024, limit: { under: kilobytes } }),
  ];
}

/** By the names of `EventType`, as numbers: their order is that of the API. */
function countTypes(events) {
  const counts = {};
  for (const event of events) {
    const name = Object.keys(event).find((key) => key.endsWith('EventAttributes') && event[key] !== null);
    const type = name?.replace(/EventAttributes$/, '') ?? 'other';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

/** The landing ends by itself; it is looked up by its type. */
async function landingHandle(client) {
  return until(async () => {
    for await (const { workflowId, runId } of client.workflow.list({ query: "WorkflowType = 'landing'" })) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const { status } = await handle.describe();
      if (status.name === 'COMPLETED') return handle;
    }
    return null;
  });
}

async function until(find) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const found = await find();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}
