import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RunTurnInput, TurnOutcome } from '../../src/workflows/ports.js';
import type { ModelRequest, Script } from '../support/scripted-model/index.js';
import {
  callTool,
  callTools,
  disconnect,
  fail,
  hang,
  say,
  ScriptedModel,
  tools,
} from '../support/scripted-model/index.js';
import { describeSessionAgent } from './contract.js';
import type { AcpSettings } from './support/acp-host.js';
import { OpencodeHost } from './support/acp-host.js';
import { describeAgent } from './support/describe-agent.js';
import { opencode } from './support/session-agents.js';

const { shell, write } = tools.opencode;
const asking = { edit: 'ask', bash: 'ask' };

let model: ScriptedModel;
let host: OpencodeHost;

const attempt = (number: number) => new MockActivityEnvironment({ activityId: 'one', attempt: number });
/** What the model was told last. */
const lastOf = ({ conversation }: ModelRequest) => JSON.stringify(conversation.at(-1));

/** This turn again, with the answer to its question. */
function answered(outcome: TurnOutcome, text: string): Partial<RunTurnInput> {
  if (outcome.kind !== 'question') throw new Error(`no question: ${JSON.stringify(outcome)}`);
  const { id, text: question } = outcome.question;
  return { answers: [{ questionId: id, question, text, by: 'ann' }] };
}

describeSessionAgent(opencode);

describeAgent('opencode', (binary) => {
  afterEach(async () => {
    await host.remove();
    await model.close();
  });

  async function prepare(script: Script, settings: AcpSettings = {}): Promise<void> {
    model = await ScriptedModel.start(script);
    host = OpencodeHost.create(binary, model.port, settings);
  }

  async function loseKeeper(): Promise<void> {
    for (const { keeper } of await host.running()) process.kill(keeper.process.pid, 'SIGKILL');
  }

  describe('an agent that says nothing', () => {
    it('is ended: at its start', async () => {
      await prepare([], { command: 'sleep 1000', acp: ', read_timeout_ms: 500' });
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category: 'response_timeout' });
      expect(await host.running()).toEqual([]);
    });

    it.each([
      ['stalled', 'stall_timeout_ms: 2000'],
      ['turn_timeout', 'turn_timeout_ms: 2000'],
    ])('is ended: %s in its turn', async (category, setting) => {
      await prepare(() => hang(), { acp: `, read_timeout_ms: 100000, ${setting}` });
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category });
      expect(await host.running()).toEqual([]);
    });
  });

  describe('a question', () => {
    it('is asked where no rule decides, waits without a worker, and its answer comes once, by another worker', async () => {
      await prepare([callTools([shell('echo ran >> ran.txt')]), say('Done.')], { permission: asking });
      const asked = await host.runTurn({}, attempt(1));
      expect(asked).toMatchObject({ kind: 'question', question: { options: ['allow', 'deny'] } });
      expect(JSON.stringify(asked)).toContain('echo ran >> ran.txt');
      expect(await host.running()).toHaveLength(1);

      const outcome = await host.runTurn(answered(asked, 'yes'), attempt(2));

      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Done.' });
      expect(host.read('ran.txt')).toBe('ran\n');
      expect(host.readRun('transcript.log')).toContain('> granted: echo ran >> ran.txt');
      expect(model.scripted).toHaveLength(2);
    });

    it('is answered by the rules of the workflow file, and opencode ends its turn where they refuse', async () => {
      await prepare([callTools([write('a.txt', 'a\n')]), callTools([shell('touch not-this')])], {
        permission: asking,
        agent: `, approvals: [{ kind: edit, pattern: '*.txt', answer: allow }, { kind: command, answer: deny }]`,
      });
      expect(await host.runTurn()).toMatchObject({ kind: 'completed' });
      expect(host.read('a.txt')).toBe('a\n');
      expect(host.readRun('transcript.log')).toContain('> refused: touch not-this');
    });

    it('comes by the tool of the task as well, and its answer goes back to the model', async () => {
      const question = 'Tabs or spaces?';
      await prepare([
        callTool('continuo_ask_human', { question, options: ['tabs', 'spaces'] }),
        say('Tabs then.'),
      ]);
      const asked = await host.runTurn({}, attempt(1));
      expect(asked).toMatchObject({
        kind: 'question',
        question: { text: question, options: ['tabs', 'spaces'] },
      });

      const outcome = await host.runTurn(answered(asked, 'tabs, always'), attempt(2));

      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Tabs then.' });
      expect(lastOf(await model.request(2))).toContain('tabs, always');
      expect(model.scripted).toHaveLength(2);
    });
  });

  describe('a model that fails', () => {
    it.each([
      ['not_logged_in', fail(401, { message: 'Incorrect API key provided' })],
      [
        'context_overflow',
        fail(400, { type: 'context_length_exceeded', message: 'maximum context length is 100' }),
      ],
      ['model_unavailable', fail(404, { message: 'The model scripted does not exist' })],
      ['model_error', fail(400, { message: 'no such thing' })],
    ])('is %s', async (category, fault) => {
      await prepare(() => fault);
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category });
      expect(await host.running()).toEqual([]);
    });

    it.each([
      ['has too much to do', fail(429, { retryAfter: 1 })],
      ['is broken', fail(500)],
      ['is overloaded', fail(529)],
      ['does not answer', disconnect('before')],
      ['breaks off', disconnect('middle')],
    ])('is asked again by opencode when it %s', async (_, fault) => {
      await prepare([fault, say('At last.')]);
      expect(await host.runTurn()).toMatchObject({ kind: 'completed' });
      expect(model.scripted).toHaveLength(2);
    });
  });

  describe('a keeper that is killed', () => {
    it('while a person is asked is followed by one that asks again', async () => {
      await prepare([callTools([shell('echo 1')]), callTools([shell('echo 2 > two.txt')]), say('Done.')], {
        permission: asking,
      });
      const first = await host.runTurn({}, attempt(1));
      await loseKeeper();
      const second = await host.runTurn(answered(first, 'yes'), attempt(2));
      expect(second).toMatchObject({ kind: 'question' });
      expect(JSON.stringify(second)).toContain('echo 2');
      expect(await host.runTurn(answered(second, 'yes'), attempt(3))).toMatchObject({ kind: 'completed' });
      expect(host.read('two.txt')).toBe('2\n');
    });
  });

  it('works in the strictest containment, where it sees its model and its tools and nothing else of the host', async () => {
    model = await ScriptedModel.start([callTool('continuo_ask_human', { question: 'Now?' }), say('Yes.')]);
    const { port } = model;
    host = OpencodeHost.create(binary, port, {
      containment: `{ level: strict, host_ports: [${port}] }`,
    });
    const asked = await host.runTurn({}, attempt(1));
    expect(asked).toMatchObject({ kind: 'question', question: { text: 'Now?' } });
    expect(await host.runTurn(answered(asked, 'now'), attempt(2))).toMatchObject({ kind: 'completed' });
    expect(lastOf(await model.request(2))).toContain('now');
  });
});
