import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent } from '../../../src/activities/agent/registry.js';
import { FailureType } from '../../../src/domain/failure.js';
import { TestHost } from './host.js';

function sections(script: string, hooks = '{}'): string {
  return `agent: { kind: command }
command: { run: ${JSON.stringify(script)} }
hooks: ${hooks}`;
}

let host: TestHost;
afterEach(() => host.remove());

describe('runTurn', () => {
  it('runs before_run, the agent and after_run, in this order (HK-03, HK-04, AGT-17)', async () => {
    host = new TestHost(
      sections('echo agent >> order', '{ before_run: echo before >> order, after_run: echo after >> order }'),
    );
    await host.runTurn();
    expect(host.read('order')).toBe('before\nagent\nafter\n');
  });

  it('does not start the agent when before_run fails, and runs after_run all the same (HK-03, HK-04)', async () => {
    host = new TestHost(
      sections('echo agent >> order', '{ before_run: exit 4, after_run: echo after >> order }'),
    );
    expect(await host.runTurn()).toMatchObject({
      kind: 'failed',
      category: 'hook_failed',
      message: expect.stringContaining('before_run failed with exit code 4'),
    });
    expect(host.read('order')).toBe('after\n');
  });

  it('takes no notice of an after_run that fails (HK-04)', async () => {
    host = new TestHost(sections('true', '{ after_run: exit 4 }'));
    expect(await host.runTurn()).toMatchObject({ kind: 'completed' });
    expect(host.logged).toContain('hook failed');
  });

  it('runs after_run once the cancelled agent is gone (HK-04, AGT-18)', async () => {
    host = new TestHost(
      sections(
        'trap "echo agent ends >> order; exit" TERM; echo $$ > started; while :; do sleep 0.05; done',
        '{ after_run: echo after >> order }',
      ),
    );
    const activity = new MockActivityEnvironment();
    const running = host.runTurn({}, activity);
    while (!existsSync(join(host.workspace, 'started'))) await sleep(10);
    activity.cancel();
    expect(await running).toMatchObject({ kind: 'stopped' });
    expect(host.read('order')).toBe('agent ends\nafter\n');
  });

  it.each([
    ['{{ issue.nothing }}', 'template_render_error'],
    ['{{ issue.title | nothing }}', 'template_render_error'],
    ['{% if issue %}', 'template_parse_error'],
  ])('fails the turn that the template %j is for (WF-11, WF-12, PRM-06)', async (template, category) => {
    host = new TestHost(sections('true'), template);
    expect(await host.runTurn()).toMatchObject({ kind: 'failed', category });
  });

  it('plays turn 1 again for an issue that is worked on anew', async () => {
    host = new TestHost(sections('echo agent >> order'));
    await host.runTurn();
    const anew = new MockActivityEnvironment({ workflowExecution: { workflowId: 'test', runId: 'another' } });
    await host.runTurn({}, anew);
    expect(host.read('order')).toBe('agent\nagent\n');
  });

  describe('on a full disk', () => {
    /** Every write to it fails, as on a full disk. */
    const fill = (name: string) => symlinkSync('/dev/full', join(host.runPath, name));

    it('keeps the outcome of a turn whose transcript and hook log cannot be written', async () => {
      if (!existsSync('/dev/full')) return;
      host = new TestHost(sections('echo agent >> order; echo done', '{ after_run: echo after >> order }'));
      fill('transcript.log');
      fill('hooks.log');
      const activity = new MockActivityEnvironment();
      const outcome = await host.runTurn({}, activity);
      expect(outcome).toMatchObject({ kind: 'completed' });
      expect(await host.runTurn({}, activity)).toEqual(outcome);
      expect(host.read('order')).toBe('agent\nafter\n');
    });

    it('reports the outcome of a turn that cannot be recorded', async () => {
      host = new TestHost(
        sections('rm -r ../data/runs/shop/SHOP-1/turns; touch ../data/runs/shop/SHOP-1/turns; echo done'),
      );
      expect(await host.runTurn()).toMatchObject({ kind: 'completed', summary: 'done' });
      expect(host.logged).toContain('the outcome of a turn could not be kept');
    });
  });

  it('has the outcome recorded before after_run begins', async () => {
    host = new TestHost(
      sections('echo done', '{ after_run: cp ../data/runs/shop/SHOP-1/turns/1.json seen.json }'),
    );
    await host.runTurn();
    expect(JSON.parse(host.read('seen.json'))).toMatchObject({
      progress: { kind: 'ended', outcome: { kind: 'completed' } },
    });
  });

  describe('needs what preparation made', () => {
    const invalid = { type: FailureType.workspace, nonRetryable: true };

    it.each(['before the turn', 'by before_run'])(
      'and starts no agent where a link is put %s (WSP-06, SEC-02)',
      async (when) => {
        const swap = 'mv ../workspace ../elsewhere; ln -s elsewhere ../workspace';
        const hooks = `{ before_run: ${JSON.stringify(when === 'by before_run' ? swap : 'touch ran')} }`;
        host = new TestHost(sections('touch ran', hooks));
        if (when === 'before the turn') {
          renameSync(host.workspace, join(host.folder, 'elsewhere'));
          symlinkSync('elsewhere', host.workspace);
        }
        await expect(host.runTurn()).rejects.toMatchObject({
          ...invalid,
          message: expect.stringContaining('invalid_workspace_cwd'),
        });
        expect(existsSync(join(host.folder, 'elsewhere', 'ran'))).toBe(false);
        expect(existsSync(join(host.runPath, 'turns', '1.json'))).toBe(false);
      },
    );

    it.each([
      ['missing', () => rmSync(join(host.runPath, 'issue.json'))],
      ['damaged', () => writeFileSync(join(host.runPath, 'issue.json'), '{')],
    ])('and asks for another preparation when the issue is %s', async (_, damage) => {
      host = new TestHost(sections('true'));
      damage();
      await expect(host.runTurn()).rejects.toMatchObject(invalid);
    });
  });

  it.each(['exit 1', 'exit 0'])('lets no secret out that an agent with %s prints', async (end) => {
    const env = { ...process.env, DEPLOY_TOKEN: 'canary-of-deploy' };
    host = new TestHost(sections(`echo "it is canary-of-deploy"; ${end}`), undefined, env);
    const activity = new MockActivityEnvironment();
    const outcomes = [await host.runTurn({}, activity), await host.runTurn({}, activity)];
    expect(JSON.stringify(outcomes)).toContain('it is [redacted]');
    expect(JSON.stringify(outcomes)).not.toContain('canary');
    expect(host.readRun('transcript.log')).toContain('canary-of-deploy');
  });

  it('beats while the agent works', async () => {
    host = new TestHost(sections('true'));
    const activity = new MockActivityEnvironment();
    const beats: unknown[] = [];
    activity.on('heartbeat', (details) => beats.push(details));
    await host.runTurn({ turn: 3 }, activity);
    expect(beats).toContainEqual(expect.objectContaining({ session: null, turn: 3 }));
  });
});

describe('createAgent', () => {
  it('names the agents that there are when the workflow file asks for another', () => {
    host = new TestHost(sections('true'));
    const { config } = host;
    const other = { ...config, agent: { ...config.agent, kind: 'oracle' } };
    expect(() => createAgent(other)).toThrow(/agent\.kind is "oracle".*command/);
  });
});
