import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import type { Script } from '../support/scripted-model/index.js';
import { callTool, fail, hang, say } from '../support/scripted-model/index.js';
import type { SessionAgentFacts } from './support/agent-rig.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';

/** What every agent with a session has to do, with its real program, under a real keeper, through the activity. */
export function describeSessionAgent(facts: SessionAgentFacts): void {
  describeAgent(facts.agent, () => {
    const { tools } = facts;
    const write = (path: string, content: string) => {
      const { name, input } = tools.write(path, content);
      return callTool(name, input);
    };
    const shell = (command: string) => {
      const { name, input } = tools.shell(command);
      return callTool(name, input);
    };
    let rig: AgentRig;
    afterEach(() => rig.close());
    const open = async (script: Script, more = '', extra = '') => {
      rig = await AgentRig.open(facts, script, more, extra);
      return rig;
    };

    it('edits a file and tells what it says, and what it spent (AGT-01, AGT-04)', async () => {
      await open([write('sum.txt', 'three\n'), say('I wrote the sum.')]);
      const outcome = await rig.runTurn();
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'I wrote the sum.' });
      expect(rig.host.read('sum.txt')).toBe('three\n');
      expect(outcome.session).toEqual(expect.any(String));
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(outcome.usage.agentMs).toBeGreaterThan(0);
      expect(rig.told()[0]).toContain('Work on Add the sum.');
      expect(await rig.host.running()).toEqual([]);
    });

    it('runs a command, and the transcript tells of it', async () => {
      await open([shell('echo from-the-command'), say('Done.')]);
      expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'Done.' });
      const transcript = rig.host.readRun('transcript.log');
      expect(transcript).toContain('echo from-the-command');
      expect(transcript).toContain('Done.');
    });

    it('goes on with its session, and is told only what is new (AGT-05, AGT-06)', async () => {
      await open([say('First.'), say('Second.')]);
      const first = await rig.runTurn();
      const feedback = [{ kind: 'changes', by: 'ann', note: 'Please add a test.' }] as const;
      const second = await rig.runTurn({
        ...{ turn: 2, round: 2, session: first.session, feedback: [...feedback] },
      });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Second.', session: first.session });
      expect(second.usage.totalTokens).toBe(110);
      const last = rig.told().at(-1) ?? '';
      expect(last.split('Work on Add the sum.')).toHaveLength(2);
      expect(last).toContain('Please add a test.');
      expect(last).toContain('First.');
    });

    it('begins anew with the whole task where its session is lost', async () => {
      await open([say('First.'), say('Second.')]);
      await rig.runTurn();
      rig.forget();
      const second = await rig.runTurn({ turn: 2, session: '01a20998-a1a8-4720-aecf-f9c5e147ec89' });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Second.' });
      expect(rig.told().at(-1)).toContain('Work on Add the sum.');
    });

    it('is ended by cancellation, with what it started, and keeps its session', async () => {
      await open([shell('touch started; sleep 600'), say('Resumed.')]);
      const activity = attempt(1);
      const running = rig.runTurn({}, activity);
      await rig.until('the command', () => existsSync(join(rig.host.workspace, 'started')));
      activity.cancel();
      const stopped = await running;
      expect(stopped).toMatchObject({ kind: 'stopped', session: expect.any(String) });
      expect(await rig.host.running()).toEqual([]);
      const next = await rig.runTurn({ turn: 2, session: stopped.session });
      expect(next).toMatchObject({ kind: 'completed', summary: 'Resumed.', session: stopped.session });
    });

    it('counts as stalled when its model says nothing (REC-01, AGT-15)', async () => {
      await open([hang()], 'stall_timeout_ms: 4000');
      expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'stalled' });
      expect(await rig.host.running()).toEqual([]);
    });

    it('asks a person by its tool, and goes on with the answer (AGT-13)', async () => {
      await open([
        callTool(facts.askTool, { question: 'Which colour?', options: ['red', 'blue'] }),
        say('It is blue.'),
      ]);
      const asked = await rig.runTurn();
      expect(asked).toMatchObject({
        kind: 'question',
        question: { text: 'Which colour?', options: ['red', 'blue'] },
      });
      expect((await rig.host.running()).length).toBeGreaterThan(0);
      const { id } = (asked as Extract<TurnOutcome, { kind: 'question' }>).question;
      const answers = [{ questionId: id, question: 'Which colour?', text: 'blue', by: 'ann' }];
      const outcome = await rig.runTurn({ answers }, attempt(2));
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'It is blue.' });
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(rig.told().at(-1)).toContain('blue');
      expect(rig.model.scripted).toHaveLength(2);
    });

    it('fails as not logged in when the model refuses the credential', async () => {
      await open(() => fail(401));
      expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'not_logged_in' });
    });
  });
}
