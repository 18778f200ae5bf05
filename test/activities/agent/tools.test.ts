import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { reportFile } from '../../../src/activities/agent/report.js';
import { agentTools } from '../../../src/activities/agent/tools.js';
import type { Issue } from '../../../src/domain/issue.js';
import { issue, TestHost } from './host.js';
import type { AgentStep } from './tool-agent.js';
import { ToolHost, toolAgentCommand } from './tool-agent.js';

const attempt = (number: number) => new MockActivityEnvironment({ activityId: 'one', attempt: number });
const report = { done: ['the sum'], next: ['its test', 'its page'], notes: 'The parser is\nin sum.ts.' };
const call = (name: string, input: unknown): AgentStep => ({ call: name, arguments: input });

let host: TestHost;
afterEach(() => host.remove());

describe('the tools of an agent', () => {
  it('refuse what is unknown, does not fit or is too long, and the session goes on (AGT-14, TOOL-07, TOOL-09)', async () => {
    const long = 'x'.repeat(1024 * 1024);
    const tools = new ToolHost([
      call('land_it', {}),
      call('report', { done: 'everything' }),
      call('report', { done: ['x'.repeat(201)] }),
      call('comment', { text: long }),
      call('ask_human', { question: '' }),
      call('report', report),
    ]);
    host = tools;
    expect(await host.runTurn({}, attempt(1))).toMatchObject({ kind: 'completed', report });
    const [last, ...failures] = tools.results().reverse();
    expect(last?.result).toMatchObject({ content: [{ text: 'reported' }] });
    expect(failures).toHaveLength(5);
    for (const { error, result } of failures) expect(error !== undefined || result?.isError).toBe(true);
  });

  it('list those of the tracker beside our own, and none of it for a prompt (TOOL-01)', () => {
    host = new TestHost('agent: { kind: command }\ncommand: { run: "true" }');
    const names = (source: Issue['source']) => toolsOf({ ...issue, source }).declared.map(({ name }) => name);
    expect(names('tracker')).toEqual(['ask_human', 'report', 'read_issue', 'comment', 'transition']);
    expect(names('prompt')).toEqual(['ask_human', 'report']);
  });

  it('answer each call of an unknown name or with wrong arguments by a failure (TOOL-07, TOOL-09)', async () => {
    host = new TestHost('agent: { kind: command }\ncommand: { run: "true" }');
    const { call: answer } = toolsOf(issue);
    const ask = (name: string, input: unknown) => answer({ id: '1', name, arguments: input }, 'key');
    expect(await ask('land_it', {})).toMatchObject({ isError: true });
    for (const input of [undefined, null, 'text', [], { text: 7 }, { text: 'x'.repeat(8_001) }]) {
      expect(await ask('comment', input)).toMatchObject({ isError: true });
    }
    // There is no repository: the tracker cannot be read.
    await expect(ask('read_issue', {})).rejects.toThrow();
  });
});

it('starts Codex by a login shell in the workspace (AGT-02)', async () => {
  const command = `pwd > where; shopt login_shell >> where; ${toolAgentCommand()}`;
  host = new TestHost(`agent: { kind: codex }\ncodex: { command: ${JSON.stringify(command)} }`);
  writeFileSync(join(host.workspace, 'steps.json'), '[]');
  expect(await host.runTurn({}, attempt(1))).toMatchObject({ kind: 'completed' });
  expect(host.read('where')).toMatch(new RegExp(`^${host.workspace}\nlogin_shell\\s+on\n$`));
});

describe('a report', () => {
  it('is kept by turn, told in the transcript, and comes with the outcome', async () => {
    host = new ToolHost([call('report', { done: ['less'] }), call('report', report)]);
    expect(await host.runTurn({}, attempt(1))).toMatchObject({ kind: 'completed', report });
    expect(readdirSync(join(host.runPath, 'reports'))).toEqual(['1.json']);
    expect(host.readRun('transcript.log')).toContain(
      '> reports:\n>   done: the sum\n>   next: its test\n>   next: its page\n>   The parser is\n>   in sum.ts.\n',
    );
  });

  it('is told to a session that begins anew, and not to one that goes on', async () => {
    host = new ToolHost([]);
    await host.runTurn({ report }, attempt(1));
    await host.runTurn({ report, turn: 2, session: 'thread-1' }, attempt(1));
    const [first, second] = host.read('told.jsonl').split('\n');
    expect(first).toContain('next: its page');
    expect(second).not.toContain('next: its page');
  });
});

function toolsOf(of: Issue) {
  const { deps, config, runPath } = host;
  return agentTools({ deps, config, issue: of, runPath, report: reportFile(runPath, 'run', 1) });
}
