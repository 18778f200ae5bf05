import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import type { Script } from '../support/scripted-model/index.js';
import { callTool, disconnect, fail, failLate, say } from '../support/scripted-model/index.js';
import { describeSessionAgent } from './contract.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';
import { codex as facts } from './support/session-agents.js';

describeSessionAgent(facts);

describeAgent('codex', () => {
  let rig: AgentRig;
  afterEach(() => rig.close());
  const open = async (script: Script, more = '', extra = '') => {
    rig = await AgentRig.open(facts, script, more, extra);
  };
  const escalate = callTool('exec_command', {
    cmd: 'echo made > made.txt',
    login: false,
    sandbox_permissions: 'require_escalated',
    justification: 'It has to be made.',
  });
  const question = (outcome: TurnOutcome) => {
    if (outcome.kind !== 'question') throw new Error(`no question but ${JSON.stringify(outcome)}`);
    return outcome.question;
  };

  describe('asks before it leaves its sandbox', () => {
    const asking = 'approval_policy: on-request';

    it('and does it when a person allows it', async () => {
      await open([escalate, say('Made.')], asking);
      const { id, text, options } = question(await rig.runTurn());
      expect(text).toContain('echo made > made.txt');
      expect(text).toContain('It has to be made.');
      expect(options).toEqual(['allow', 'deny']);
      const answers = [{ questionId: id, question: text, text: 'allow', by: 'ann' }];
      const done = await rig.runTurn({ answers }, attempt(2));
      expect(done).toMatchObject({ kind: 'completed', summary: 'Made.' });
      expect(rig.host.read('made.txt')).toBe('made\n');
      // However often it is asked for: the answer is given once.
      expect(await rig.runTurn({ answers }, attempt(3))).toEqual(done);
    });

    it('and goes on without it when a person refuses', async () => {
      await open([escalate, say('Then not.')], asking);
      const { id, text } = question(await rig.runTurn());
      const answers = [{ questionId: id, question: text, text: 'no, leave that', by: 'ann' }];
      expect(await rig.runTurn({ answers }, attempt(2))).toMatchObject({ summary: 'Then not.' });
      expect(existsSync(join(rig.host.workspace, 'made.txt'))).toBe(false);
    });

    it.each([
      ['allow', true],
      ['deny', false],
    ])('and a rule may %s it', async (answer, isMade) => {
      const rule = `{ kind: command, pattern: '*made.txt*', answer: ${answer} }`;
      const sections = {
        ...facts,
        sections: (binary: string, more: string) =>
          facts.sections(binary, more).replace('env:', `approvals: [${rule}], env:`),
      };
      rig = await AgentRig.open(sections, [escalate, say('Done.')], asking);
      expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'Done.' });
      expect(existsSync(join(rig.host.workspace, 'made.txt'))).toBe(isMade);
    });

    it('and asks again when its keeper was killed meanwhile', async () => {
      await open([escalate, escalate, say('Made.')], asking);
      const first = question(await rig.runTurn());
      await rig.killKeeper();
      const answers = [{ questionId: first.id, question: first.text, text: 'allow', by: 'ann' }];
      const again = question(await rig.runTurn({ answers }, attempt(2)));
      expect(again.id).not.toBe(first.id);
      const more = [...answers, { questionId: again.id, question: again.text, text: 'allow', by: 'ann' }];
      expect(await rig.runTurn({ answers: more }, attempt(3))).toMatchObject({ summary: 'Made.' });
    });
  });

  describe.each<[string, Script, Partial<TurnOutcome>]>([
    ['500', () => fail(500), { kind: 'failed', category: 'model_unavailable' }],
    ['529', () => fail(529), { kind: 'failed', category: 'model_unavailable' }],
    ['429', () => fail(429), { kind: 'failed', category: 'rate_limited' }],
    ['429 with a time', () => fail(429, { retryAfter: 1 }), { kind: 'failed', category: 'rate_limited' }],
    ['no answer', () => disconnect('before'), { kind: 'failed', category: 'model_unavailable' }],
    [
      'a connection that breaks',
      () => disconnect('middle'),
      { kind: 'failed', category: 'model_unavailable' },
    ],
    [
      'a context that is full',
      () => failLate('context_length_exceeded', 'too long'),
      { kind: 'failed', category: 'context_overflow' },
    ],
    [
      'a usage limit',
      () =>
        fail(429, {
          type: 'usage_limit_reached',
          message: 'The usage limit has been reached',
          details: { resets_at: Math.floor(Date.now() / 1000) + 3600 },
        }),
      { kind: 'quota' },
    ],
  ])('has a word for %s', (_fault, script, outcome) => {
    it('of its model', async () => {
      await open(script);
      expect(await rig.runTurn()).toMatchObject(outcome);
      expect(await rig.host.running()).toEqual([]);
    });
  });

  it('is not found where it is not installed', async () => {
    const missing = {
      ...facts,
      sections: () => 'agent: { kind: codex }\ncodex: { command: no-such-codex app-server }',
    };
    rig = await AgentRig.open(missing, []);
    expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'codex_not_found' });
  });

  it('is of another version where it does not know a word of its command line', async () => {
    const other = {
      ...facts,
      sections: (binary: string) =>
        `agent: { kind: codex }\ncodex: { command: ${JSON.stringify(`${binary} app-server --no-such-flag`)} }`,
    };
    rig = await AgentRig.open(other, []);
    const message = expect.stringContaining('no-such-flag');
    expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'startup_failed', message });
  });

  it('ends a turn that has used more tokens than are left', async () => {
    await open([callTool('exec_command', { cmd: 'true', login: false }), say('Never heard.')]);
    const outcome = await rig.runTurn({ limits: { tokens: 100, usd: null } });
    expect(outcome).toMatchObject({ kind: 'limit', usage: { totalTokens: 110 } });
  });

  it('works with a key, in a home of the task', async () => {
    const byKey = {
      ...facts,
      sections: (binary: string) => `agent: { kind: codex, auth: api_key }
codex: { command: ${JSON.stringify(`${binary} app-server -c model=gpt-5.5`)}, read_timeout_ms: 60000 }`,
    };
    rig = await AgentRig.open(byKey, [say('By key.')]);
    const { env } = rig.host;
    Object.assign(env, {
      OPENAI_API_KEY: 'the-key',
      OPENAI_BASE_URL: `http://127.0.0.1:${rig.model.port}/v1`,
    });
    expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'By key.' });
    expect(rig.model.scripted[0]?.headers.authorization).toBe('Bearer the-key');
    const journals = rig.journals();
    expect(journals).toContain('By key.');
    expect(journals).not.toContain('the-key');
    expect(readFileSync(join(rig.host.runPath, 'transcript.log'), 'utf8')).not.toContain('the-key');
  });
});
