import { afterEach, expect, it } from '@jest/globals';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import { callTool, say } from '../support/scripted-model/index.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';
import { opencode } from './support/session-agents.js';

/** The main way alone, because opencode takes its time to start; acp.test.ts has all of it. */
describeAgent('opencode', () => {
  let rig: AgentRig;
  afterEach(() => rig.close());

  it('edits a file, asks a person, and goes on with the answer', async () => {
    const { name, input } = opencode.tools.write('sum.txt', 'three\n');
    rig = await AgentRig.open(opencode, [
      callTool(name, input),
      callTool(opencode.askTool, { question: 'Which colour?' }),
      say('It is blue.'),
    ]);
    const asked = await rig.runTurn();
    expect(asked).toMatchObject({ kind: 'question', question: { text: 'Which colour?' } });
    expect(rig.host.read('sum.txt')).toBe('three\n');
    const { id, text: question } = (asked as Extract<TurnOutcome, { kind: 'question' }>).question;
    const answers = [{ questionId: id, question, text: 'blue', by: 'ann' }];
    const done = await rig.runTurn({ answers }, attempt(2));
    expect(done).toMatchObject({ kind: 'completed', summary: 'It is blue.', session: asked.session });
    expect(rig.told().at(-1)).toContain('blue');
    expect(rig.model.scripted).toHaveLength(3);
  });
});
