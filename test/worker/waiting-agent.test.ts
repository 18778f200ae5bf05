import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { taskWorkflowId } from '../../src/domain/task.js';
import { answerUpdate } from '../../src/workflows/messages.js';
import { toolAgentCommand } from '../activities/agent/tool-agent.js';
import { LiveProject } from '../support/live-project.js';

const steps = [
  { call: 'ask_human', arguments: { question: 'Blue or green?', options: ['Blue', 'Green'] } },
  { call: 'report', arguments: { done: ['painted'], next: [], notes: '' } },
];

it('keeps an agent alive that waits for an answer, while its work is saved, and goes on with the same one', async () => {
  const project = new LiveProject({
    workflow: `agent: { kind: codex }
codex: { command: ${JSON.stringify(toolAgentCommand())} }
land: { mode: merge }`,
    tasks: { paint: 'Paint it.' },
    files: { 'steps.json': JSON.stringify(steps) },
    env: () => ({}),
  });
  try {
    await project.start();
    await project.until('it asks', async () => (await project.status('paint'))?.question != null);
    const [before, ...others] = await project.programs();
    expect(others).toEqual([]);
    const { question } = (await project.status('paint'))!;
    const { workflow } = await project.client();
    const answer = { id: randomUUID(), by: 'ann', questionId: question!.id, text: '2' };
    await workflow
      .getHandle(taskWorkflowId(project.name, 'paint'))
      .executeUpdate(answerUpdate, { args: [answer] });
    await project.until('it lands', async () => (await project.status('paint'))?.phase === 'done');
    const { history, report } = (await project.status('paint'))!;
    expect(report?.done).toEqual(['painted']);
    expect(JSON.stringify(history)).not.toContain('cut off');
    expect(project.git('show', 'main:results.jsonl')).toContain('Green');
    expect(before?.claim.owner.title).toBe('turn 1');
  } finally {
    await project.close();
  }
});
