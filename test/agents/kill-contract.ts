import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import type { Script } from '../support/scripted-model/index.js';
import { callTool, hang, say } from '../support/scripted-model/index.js';
import type { SessionAgentFacts } from './support/agent-rig.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';

const task = 'Work on Add the sum.';
const cutOff = /was cut off/;

/** Where the agents differ when they are killed. */
export interface KillFacts extends SessionAgentFacts {
  /** What stands in the session on the disk once a turn is over that ended with `Done.` */
  over: string;
  /** Whether it tells of a turn that is over, so that nothing is asked for again. */
  knowsItsAnswer: boolean;
  /** Whether it takes a message again to which its model has said nothing yet. */
  repeatsUnanswered: boolean;
}

/** What becomes of a turn when something of it is killed: the table of docs/agents.md names these tests. */
export function describeKills(facts: KillFacts): void {
  describeAgent(facts.agent, () => {
    let rig: AgentRig;
    afterEach(() => rig.close());
    const open = async (script: Script) => {
      rig = await AgentRig.open(facts, script);
    };
    const shell = (command: string) => {
      const { name, input } = facts.tools.shell(command);
      return callTool(name, input);
    };
    const write = () => {
      const { name, input } = facts.tools.write('sum.txt', 'three\n');
      return callTool(name, input);
    };
    const appears = (name: string) => rig.until(name, () => existsSync(join(rig.host.workspace, name)));
    const wasPlayedAgain = { kind: 'completed', summary: 'Done.', wasCutOff: true };
    /** How often the last request has the task in it. */
    const timesTold = () => (rig.told().at(-1) ?? '').split(task).length - 1;
    const expectToldOnce = () => expect(timesTold()).toBe(1);

    /** A turn that is in the middle of a tool, while no worker attends to it. */
    async function beginAndLeave(): Promise<void> {
      const activity = attempt(1);
      const left = rig.runTurn({}, activity).catch((error: unknown) => error);
      await appears('begun');
      await rig.remembers('touch begun');
      activity.cancel('WORKER_SHUTDOWN');
      expect(await left).toBeInstanceOf(Error);
    }

    it('the worker leaves: the next one attaches, and nothing is asked twice', async () => {
      await open([shell('touch begun; until [ -e go ]; do sleep 0.1; done'), say('Done.')]);
      await beginAndLeave();
      const next = rig.runTurn({}, attempt(2));
      writeFileSync(join(rig.host.workspace, 'go'), '');
      const outcome = await next;
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Done.' });
      expect(outcome).not.toHaveProperty('wasCutOff');
      expect(rig.model.scripted).toHaveLength(2);
      // Both workers have read all of it; it is spent once, and an attempt that comes later spends nothing.
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(await rig.runTurn({}, attempt(3))).toEqual(outcome);
      expect(rig.host.readRun('transcript.log').match(/==== turn 1 of SHOP-1 \(/g)).toHaveLength(1);
    });

    describe('the keeper is killed', () => {
      it('before the agent has heard of the turn', async () => {
        await open([say('Done.')]);
        const running = rig.runTurn();
        await rig.until('the keeper', async () => (await rig.host.running()).length > 0);
        await rig.killKeeper();
        expect(await running).toMatchObject(wasPlayedAgain);
        expect(rig.model.scripted).toHaveLength(1);
        expectToldOnce();
      });

      it('before the first answer', async () => {
        await open([hang(), say('Done.')]);
        const running = rig.runTurn();
        await rig.model.request(1);
        await rig.remembers(task);
        await rig.killKeeper();
        expect(await running).toMatchObject(wasPlayedAgain);
        expect(timesTold()).toBe(facts.repeatsUnanswered ? 2 : 1);
        expect(rig.told().at(-1)).toMatch(cutOff);
      });

      it('between two answers', async () => {
        await open([write(), hang(), say('Done.')]);
        const running = rig.runTurn();
        await rig.model.request(2);
        await rig.remembers('sum.txt');
        await rig.killKeeper();
        expect(await running).toMatchObject(wasPlayedAgain);
        expect(rig.host.read('sum.txt')).toBe('three\n');
        expect(rig.model.scripted).toHaveLength(3);
        expectToldOnce();
        expect(rig.told().at(-1)).toMatch(cutOff);
      });

      it('in the middle of a tool', async () => {
        await open([shell('touch begun; sleep 600'), say('Done.')]);
        const running = rig.runTurn();
        await appears('begun');
        await rig.remembers('touch begun');
        await rig.killKeeper();
        const outcome = await running;
        expect(outcome).toMatchObject(wasPlayedAgain);
        // What a killed program did not tell is lost; what it told is not spent again.
        expect(outcome.usage.totalTokens).toBeGreaterThanOrEqual(110);
        expect(outcome.usage.totalTokens).toBeLessThanOrEqual(220);
        expect(rig.model.scripted).toHaveLength(2);
        expectToldOnce();
        expect(rig.told().at(-1)).toMatch(cutOff);
      });

      it('after the last answer, which nobody has heard', async () => {
        let goOn: () => void = () => undefined;
        const after = new Promise<void>((resolve) => (goOn = resolve));
        await open([say('Done.', { after }), say('Done.')]);
        const running = rig.runTurn();
        await rig.model.request(1);
        await rig.freezeKeeper();
        goOn();
        await rig.remembers(facts.over);
        await rig.killKeeper();
        expect(await running).toMatchObject(wasPlayedAgain);
        expect(rig.model.scripted).toHaveLength(facts.knowsItsAnswer ? 1 : 2);
        expectToldOnce();
      });

      it('while a person is asked: the answer is told, once', async () => {
        await open([callTool(facts.askTool, { question: 'Which colour?' }), say('Done.')]);
        const asked = await rig.runTurn();
        await rig.remembers('Which colour?');
        await rig.killKeeper();
        const { id, text: question } = (asked as Extract<TurnOutcome, { kind: 'question' }>).question;
        const answers = [{ questionId: id, question, text: 'Deep blue.', by: 'ann' }];
        expect(await rig.runTurn({ answers }, attempt(2))).toMatchObject(wasPlayedAgain);
        expect(rig.model.scripted).toHaveLength(2);
        expect(rig.told().at(-1)?.split('Deep blue.')).toHaveLength(2);
        expectToldOnce();
      });

      it('and the session is lost: another one begins, and is told', async () => {
        await open([shell('touch begun; sleep 600'), say('Done.')]);
        await beginAndLeave();
        await rig.killKeeper();
        rig.forget();
        expect(await rig.runTurn({}, attempt(2))).toMatchObject(wasPlayedAgain);
        expect(rig.model.scripted).toHaveLength(2);
        expectToldOnce();
        expect(rig.told().at(-1)).toMatch(/was cut off|what was said then is lost/);
      });

      it('and then that of the session which has replaced a lost one', async () => {
        await open([shell('touch begun; sleep 600'), hang(), say('Done.')]);
        await beginAndLeave();
        await rig.killKeeper();
        rig.forget();
        const running = rig.runTurn({}, attempt(2));
        await rig.model.request(2);
        await rig.remembers(task);
        await rig.killKeeper();
        expect(await running).toMatchObject(wasPlayedAgain);
        expect(timesTold()).toBe(facts.repeatsUnanswered ? 2 : 1);
      });
    });

    it('the agent alone is killed: the attempt fails, and the next one goes on in its session', async () => {
      await open([shell('touch begun; sleep 600'), say('Done.')]);
      const running = rig.runTurn();
      await appears('begun');
      await rig.remembers('touch begun');
      rig.killAgent();
      const { session, ...failed } = await running;
      expect(failed).toMatchObject({ kind: 'failed', category: 'port_exit' });
      expect(await rig.host.running()).toEqual([]);
      const next = await rig.runTurn({ turn: 2, attempt: 1, session });
      expect(next).toMatchObject({ kind: 'completed', summary: 'Done.', session });
      expectToldOnce();
    });
  });
}
