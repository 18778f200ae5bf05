import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuestionAnswer } from '../../src/domain/task.js';
import type { TurnOutcome } from '../../src/workflows/ports.js';
import type { Reply } from '../support/scripted-model/index.js';
import { callTool, callTools, disconnect, fail, hang, say, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import type { Setting } from './support/claude-yard.js';
import { ClaudeYard } from './support/claude-yard.js';

const { write, shell } = tools.claude;
const task = 'Work on Add the sum.';

let yard: ClaudeYard;

function times(text: string, words: string): number {
  return text.split(words).length - 1;
}

/** As a command that the permission mode does not allow by itself. */
const byShell = (command: string) => `bash -c "${command}"`;

/** The activity that goes on with a turn after another one, in a worker of its own. */
const later = () => new MockActivityEnvironment({ activityId: 'later', attempt: 2 });

/** What a person answers to the question with which a turn came back. */
function answerTo(outcome: TurnOutcome, text: string): { answers: QuestionAnswer[] } {
  if (outcome.kind !== 'question') throw new Error(`expected a question: ${JSON.stringify(outcome)}`);
  const { id, text: question } = outcome.question;
  return { answers: [{ questionId: id, question, text, by: 'ada' }] };
}

describeAgent('claude', (binary) => {
  afterEach(() => yard.close());

  async function open(setting: Setting): Promise<ClaudeYard> {
    yard = await ClaudeYard.open(binary, setting);
    return yard;
  }

  describe('a turn', () => {
    const script = () => [
      callTools([write('note.txt', 'first\n')], { thinking: 'A file is wanted.', text: 'I write it.' }),
      callTools([shell('echo second >> note.txt')]),
      say('The note is written.'),
    ];

    it.each([false, true])(
      'edits a file, runs a tool, and tells its story (shut in: %s)',
      async (isStrict) => {
        const { host, model } = await open({ script: script(), claude: 'allowed_tools: [Bash]', isStrict });
        expect(await host.runTurn()).toMatchObject({
          kind: 'completed',
          summary: 'The note is written.',
          usage: { inputTokens: 300, outputTokens: 30, totalTokens: 330 },
        });
        expect(host.read('note.txt')).toBe('first\nsecond\n');
        expect(yard.asked[0]).toContain(task);
        expect(model.repeated).toEqual([]);
        const story = host.readRun('transcript.log');
        for (const words of [
          'thinks: A file is wanted.',
          'I write it.',
          '> Bash: echo second >> note.txt',
          '> files: ',
        ])
          expect(story).toContain(words);
      },
    );

    it('is followed by one that gets the next message only, and counts what is its own', async () => {
      const { host } = await open({ script: [say('One.'), say('Two.')] });
      const first = await host.runTurn();
      const second = await host.runTurn({ turn: 2, session: first.session });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Two.', session: first.session });
      expect(second.usage).toMatchObject({ totalTokens: 110, costUsd: first.usage.costUsd });
      expect(times(yard.asked[1] ?? '', task)).toBe(1);
      expect(yard.asked[1]).toContain('Go on with the task where you left it.');
    });

    it('begins anew with the whole prompt when its conversation is gone', async () => {
      const { host } = await open({ script: [say('One.'), say('Two.')] });
      const first = await host.runTurn();
      yard.forget();
      const second = await host.runTurn({ turn: 2, session: first.session });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Two.' });
      expect(second.session).not.toBe(first.session);
      expect(yard.asked[1]).toContain(task);
      expect(yard.asked[1]).toContain('what was said then is lost');
    });

    it('ends with all it started when it is cancelled', async () => {
      const { host } = await open({
        script: [callTools([shell('touch begun; sleep 1000')])],
        claude: 'allowed_tools: [Bash]',
      });
      const activity = new MockActivityEnvironment();
      const running = host.runTurn({}, activity);
      await yard.appears('begun');
      activity.cancel();
      expect(await running).toMatchObject({ kind: 'stopped' });
      expect(await host.running()).toEqual([]);
    });

    it('ends at its limit, as soon as it has passed it', async () => {
      const spends = () => callTools([shell('true')], { usage: { input: 900 } });
      const { host } = await open({
        script: [spends(), hang()],
        claude: 'allowed_tools: [Bash]',
      });
      const outcome = await host.runTurn({ limits: { tokens: 500, usd: null } });
      expect(outcome).toMatchObject({ kind: 'limit', usage: { inputTokens: 900 } });
    });
  });

  describe('its login', () => {
    const hook = { hooks: { SessionStart: [{ hooks: [{ type: 'command', command: 'touch hooked' }] }] } };
    const settle = () => {
      mkdirSync(join(yard.home, '.claude'), { recursive: true });
      writeFileSync(join(yard.home, '.claude', 'settings.json'), JSON.stringify(hook));
    };
    const hooked = () => existsSync(join(yard.host.workspace, 'hooked'));

    it("is the user's own, with the user's settings", async () => {
      const { host } = await open({ script: [say('Done.')], without: ['CLAUDE_CONFIG_DIR'] });
      settle();
      expect(await host.runTurn()).toMatchObject({ kind: 'completed' });
      expect(hooked()).toBe(true);
    });

    it("is a key alone with a folder of the task's own, if wanted", async () => {
      const { host, model } = await open({
        script: [say('Done.'), say('Again.')],
        agent: 'auth: api_key',
        without: ['CLAUDE_CONFIG_DIR', 'ANTHROPIC_API_KEY'],
      });
      settle();
      const first = await host.runTurn();
      expect(first).toMatchObject({ kind: 'completed' });
      expect(await host.runTurn({ turn: 2, session: first.session })).toMatchObject({
        session: first.session,
      });
      expect(hooked()).toBe(false);
      expect(model.scripted[0]?.headers).toMatchObject({ 'x-api-key': 'scripted' });
    });
  });

  describe('what it asks', () => {
    it.each([
      ['allow', true],
      ['no, leave it', false],
    ])('waits for a person, who says: %s', async (text, isDone) => {
      const { host } = await open({ script: [callTools([shell(byShell('touch asked'))]), say('Done.')] });
      const outcome = await host.runTurn();
      expect(outcome).toMatchObject({
        kind: 'question',
        question: { text: `Run \`${byShell('touch asked')}\`?`, options: ['allow', 'deny'] },
      });
      expect(await host.running()).toHaveLength(1);
      expect(await host.runTurn(answerTo(outcome, text), later())).toMatchObject({
        kind: 'completed',
        summary: 'Done.',
      });
      expect(existsSync(join(host.workspace, 'asked'))).toBe(isDone);
      if (!isDone) expect(times(yard.asked[1] ?? '', text)).toBe(1);
      expect(yard.asked).toHaveLength(2);
      expect(host.readRun('transcript.log')).toContain(`> ${isDone ? 'granted' : 'refused'}: Run`);
    });

    it('is decided by the rules first', async () => {
      const { host } = await open({
        script: [
          callTools([shell(byShell('touch allowed'))]),
          callTools([shell(byShell('touch denied'))]),
          say('Done.'),
        ],
        agent:
          'approvals: [{ kind: command, pattern: "*touch a*", answer: allow }, { kind: command, answer: deny }]',
      });
      expect(await host.runTurn()).toMatchObject({ kind: 'completed', summary: 'Done.' });
      expect(existsSync(join(host.workspace, 'allowed'))).toBe(true);
      expect(existsSync(join(host.workspace, 'denied'))).toBe(false);
      expect(yard.asked[2]).toContain('refused by agent.approvals');
    });

    const colours = ['Red', 'Blue'];
    const question = { question: 'Which colour?', header: 'Colour', multiSelect: false };
    const options = colours.map((label) => ({ label, description: `It is ${label}.` }));
    it.each([
      ['by its own tool', callTool('AskUserQuestion', { questions: [{ ...question, options }] })],
      ['by ours', callTool('mcp__continuo__ask_human', { question: question.question, options: colours })],
    ])('is a question to a person, %s', async (_, call) => {
      const { host } = await open({ script: [call, say('Done.')] });
      const outcome = await host.runTurn();
      expect(outcome).toMatchObject({ kind: 'question', question: { options: colours } });
      expect(await host.runTurn(answerTo(outcome, 'Blue, please'), later())).toMatchObject({
        kind: 'completed',
      });
      expect(times(yard.asked[1] ?? '', 'Blue, please')).toBe(1);
    });

    it('has its answer told when the agent was lost meanwhile', async () => {
      const { host } = await open({ script: [callTools([shell(byShell('touch asked'))]), say('Done.')] });
      const outcome = await host.runTurn();
      await yard.remembers('tool_use');
      await yard.killKeeper();
      expect(await host.runTurn(answerTo(outcome, 'yes, do it'), later())).toMatchObject({
        kind: 'completed',
        summary: 'Done.',
        wasCutOff: true,
      });
      expect(yard.asked).toHaveLength(2);
      expect(times(yard.asked[1] ?? '', 'yes, do it')).toBe(1);
      expect(times(yard.asked[1] ?? '', task)).toBe(1);
    });
  });

  describe('a fault', () => {
    const overflow = 'prompt is too long: 250000 tokens > 200000 maximum';
    it.each<[string, Reply, object]>([
      ['401', fail(401), { kind: 'failed', category: 'not_logged_in' }],
      ['429', fail(429), { kind: 'failed', category: 'rate_limited' }],
      ['429 with a time', fail(429, { retryAfter: 1 }), { kind: 'failed', category: 'rate_limited' }],
      ['500', fail(500), { kind: 'failed', category: 'model_unavailable' }],
      ['529', fail(529), { kind: 'failed', category: 'model_unavailable' }],
      ['400', fail(400), { kind: 'failed', category: 'model_error' }],
      ['404', fail(404, { type: 'not_found_error' }), { kind: 'failed', category: 'model_error' }],
      ['no answer', disconnect('before'), { kind: 'failed', category: 'model_unavailable' }],
      ['half an answer', disconnect('middle'), { kind: 'failed', category: 'model_unavailable' }],
      ['a full context', fail(400, { message: overflow }), { kind: 'failed', category: 'context_overflow' }],
    ])('of the model has its category: %s', async (_, reply, expected) => {
      const { host } = await open({ script: () => reply });
      expect(await host.runTurn()).toMatchObject(expected);
    });

    const login = { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-scripted' };

    it('of the quota says until when', async () => {
      const until = new Date('2030-01-01T00:00:00.000Z');
      const used = 'anthropic-ratelimit-unified';
      const headers = {
        [`${used}-status`]: 'rejected',
        [`${used}-5h-status`]: 'rejected',
        [`${used}-5h-utilization`]: '1.0',
        [`${used}-5h-reset`]: String(until.getTime() / 1000),
        [`${used}-reset`]: String(until.getTime() / 1000),
        [`${used}-representative-claim`]: 'five_hour',
        'x-should-retry': 'false',
      };
      const { host } = await open({ script: () => fail(429, { headers, retryAfter: 3600 }), env: login });
      expect(await host.runTurn()).toMatchObject({ kind: 'quota', until: until.toISOString() });
    });

    it('of the login is found without the model', async () => {
      const { host, model } = await open({ script: [], env: { ANTHROPIC_API_KEY: undefined } });
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category: 'not_logged_in' });
      expect(model.scripted).toEqual([]);
    });

    it('is silence: a model that never answers', async () => {
      const { host } = await open({ script: () => hang(), claude: 'stall_timeout_ms: 3000' });
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category: 'stalled' });
      expect(await host.running()).toEqual([]);
    });

    it.each([
      ['sleep 1000 #', 'response_timeout'],
      ['no-such-claude', 'claude_not_found'],
    ])('is a program that is not what it should be: %s', async (command, category) => {
      const { host } = await open({ script: [], claude: `command: "${command}", read_timeout_ms: 1000` });
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category });
    });

    it('is a flag that it does not know', async () => {
      const { host } = await open({
        script: [],
        claude: `command: ${JSON.stringify(`${binary} --no-such-flag`)}`,
      });
      const message = expect.stringContaining('no-such-flag');
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category: 'startup_failed', message });
    });
  });
});
