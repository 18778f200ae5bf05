import { afterEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { describeAgent } from '../../contracts/agent.js';
import { createCommandAgent } from '../../../src/activities/agent/command/index.js';
import type { Turn } from '../../../src/activities/agent/agent.js';
import { testTurn } from '../../support/turn.js';
import { TestHost } from './host.js';

function sections(script: string, more = ''): string {
  return `agent: { kind: command, env: [MODEL_KEY, TRACKER_TOKEN] }
command: { run: ${JSON.stringify(script)}${more} }`;
}

describeAgent('command', {
  edits: sections('echo done >> done.txt; echo wrote the file'),
  fails: sections('echo no luck; exit 3'),
  hangs: sections('echo begun > started.txt; sleep 1000'),
  timesOut: sections('echo begun > started.txt; sleep 1000', ', timeout_ms: 300'),
  listens: sections('cat > told.txt'),
});

describe('the agent command', () => {
  let host: TestHost;
  afterEach(() => host.remove());

  it('gives each turn the whole prompt, because every turn is a new program', async () => {
    host = new TestHost(sections('cat > told.txt'));
    await host.runTurn({ turn: 2, feedback: [{ kind: 'unchanged' }] });
    expect(host.read('told.txt')).toMatch(/^Work on Add the sum\.\n\n## What has happened since\n/);
  });

  it('plays in place of the agent that is configured, and is told what that one has reported', async () => {
    host = new TestHost('agent: { kind: codex, fallback: command }\ncommand: { run: cat > told.txt }');
    const report = { done: ['the sum'], next: ['the product'], notes: '' };
    const outcome = await host.runTurn({ agent: 'command', turn: 2, report });
    expect(outcome.kind).toBe('completed');
    expect(host.read('told.txt')).toMatch(/^Work on Add the sum\.[^]*done: the sum\nnext: the product/);
  });

  it('tells its program which turn of which task it plays', async () => {
    host = new TestHost(sections('echo $CONTINUO_TASK $CONTINUO_TURN $CONTINUO_ROUND $CONTINUO_ATTEMPT'));
    const outcome = await host.runTurn({ turn: 7, round: 3, attempt: 2 });
    expect(outcome).toMatchObject({ summary: 'SHOP-1 7 3 2' });
  });

  it.each([
    ['agent_not_found', 'no-such-agent', /exit code 127.*no-such-agent/s],
    ['port_exit', 'exit 9', /exit code 9/],
    ['port_exit', 'kill -9 $$', /SIGKILL/],
  ])('reports %s for `%s`', async (category, script, message) => {
    host = new TestHost(sections(script));
    expect(await host.runTurn()).toMatchObject({
      kind: 'failed',
      category,
      message: expect.stringMatching(message),
    });
  });

  it('prints what it likes, and its story stays short', async () => {
    const line = String.raw`head -c 10M /dev/zero | tr '\0' x; printf '\n\xff\xfe\n{"half'; exit 3`;
    host = new TestHost(sections(`yes what a flood | head -c 20M; ${line}`));
    const message = expect.stringMatching(/exit code 3[^]*\ufffd\ufffd\n\{"half$/);
    const outcome = await host.runTurn();
    expect(outcome).toMatchObject({ kind: 'failed', category: 'port_exit', message });
    expect(JSON.stringify(outcome).length).toBeLessThan(4_000);
    expect(host.readRun('transcript.log').length).toBeLessThan(5 * 1024 * 1024);
  });

  it('ends its program when the time that was left is over, and does not call that a failure', async () => {
    host = new TestHost(sections('sleep 1000'));
    const outcome = await host.runTurn({ limits: { tokens: null, usd: null, ms: 300 } });
    expect(outcome).toMatchObject({ kind: 'limit', message: expect.stringContaining('300 ms') });
    expect(outcome.usage.agentMs).toBeGreaterThanOrEqual(300);
  });

  it('asks that a known agent gets its own login, and nothing else', async () => {
    host = new TestHost(sections('MODEL=big /opt/claude -p'));
    const asked = new Error('asked');
    let enclosed: object | undefined;
    const turn: Turn = {
      ...testTurn,
      env: { HOME: '/home/ann' },
      enclose(program) {
        enclosed = program;
        return Promise.reject(asked);
      },
    };
    const signals = { end: new AbortController().signal, leave: new AbortController().signal };
    const played = createCommandAgent(host.config).runTurn(turn, () => Promise.resolve(), {
      ...signals,
      epoch: 1,
    });
    await expect(played).rejects.toBe(asked);
    expect(enclosed).toMatchObject({
      login: { command: 'MODEL=big /opt/claude -p', home: expect.any(String) },
    });
    expect(enclosed).not.toHaveProperty('writable');
  });

  it('shows its program no secret of the worker, not even one that the login profile sets again (TOOL-06)', async () => {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      TEMPORAL_API_KEY: 'canary',
      TRACKER_TOKEN: 'canary',
      GITHUB_TOKEN: 'canary',
      AWS_SECRET_ACCESS_KEY: 'canary',
      MODEL_KEY: 'wanted',
    };
    host = new TestHost(sections('env > env.txt'), undefined, env);
    env.HOME = host.folder;
    writeFileSync(
      `${host.folder}/.bash_profile`,
      'export TRACKER_TOKEN=canary TEMPORAL_API_KEY=canary FROM_PROFILE=yes\n',
    );
    expect(await host.runTurn()).toMatchObject({ kind: 'completed' });
    expect(host.read('env.txt')).not.toContain('canary');
    expect(host.read('env.txt')).toContain('MODEL_KEY=wanted');
    expect(host.read('env.txt')).toContain('FROM_PROFILE=yes');
    expect(host.read('env.txt')).toContain(`TMPDIR=${host.runPath}/tmp/agent`);
  });
});
