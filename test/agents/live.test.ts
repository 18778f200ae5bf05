import { afterEach, expect, it } from '@jest/globals';
import { makeCanaries } from '../support/canaries.js';
import type { ModelRequest, Reply } from '../support/scripted-model/index.js';
import { callTool, callTools, fail, say, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { LiveAgent } from './support/live-agent.js';

const canaries = makeCanaries('SHOP_TRACKER_KEY', 'GITHUB_TOKEN', 'TEMPORAL_GRPC_META_AUTHORIZATION');

describeAgent('codex', () => {
  let live: LiveAgent;
  afterEach(() => live.close());

  it('lands what a real Codex has written, verified and without a word that it claims (OBS-12)', async () => {
    live = await LiveAgent.start({
      script: [
        callTool('exec_command', { cmd: 'ls; cat README.md /proc/*/environ', login: false }),
        callTools([tools.codex.write('sum.txt', '3\n')]),
        say('The sum is there.'),
      ],
      task: 'Write the sum of one and two to sum.txt.',
      check: 'grep -qx 3 sum.txt',
      provider: 'api_key: $SHOP_TRACKER_KEY',
      env: canaries,
    });
    const { project, model } = live;
    await live.landed();
    expect(project.git('show', 'main:sum.txt')).toBe('3');
    const status = await live.status();
    expect(status?.containment).toMatch(/strict|own/);
    expect(status?.usage.totalTokens).toBe(330);
    expect(model.repeated).toEqual([]);
    // What it found in the processes that it sees has its own key in it, and no credential of ours.
    const told = JSON.stringify(model.requests);
    expect(told).toContain('SCRIPTED_KEY=scripted');
    for (const canary of Object.values(canaries)) expect(told).not.toContain(canary);
  }, 240_000);

  describeAgent('claude', () => {
    it('goes on as Claude Code in the same workspace, and is told so, when the quota of Codex is used up', async () => {
      const details = { resets_at: Math.floor(Date.now() / 1000) + 3600 };
      const codex = [
        callTools([tools.codex.write('half.txt', 'half\n')]),
        fail(429, { type: 'usage_limit_reached', message: 'The usage limit has been reached', details }),
      ];
      const claude = [callTools([tools.claude.write('sum.txt', '3\n')]), say('The sum is there.')];
      const script = ({ dialect }: ModelRequest): Reply =>
        (dialect === 'responses' ? codex : claude).shift() ?? fail(400);
      live = await LiveAgent.start({
        script,
        fallback: 'claude',
        task: 'Write the sum of one and two to sum.txt.',
        check: 'grep -qx 3 sum.txt && grep -qx half half.txt',
      });
      const { project, model } = live;
      await live.landed();
      expect(project.git('show', 'main:half.txt')).toBe('half');
      await live.says('claude goes on in place of codex');
      const [first] = model.scripted.filter(({ dialect }) => dialect === 'messages');
      const told = JSON.stringify(first?.conversation);
      for (const words of [
        'Write the sum of one and two to sum.txt.',
        'Until now the agent `codex` has worked on this',
        'its quota is used up',
      ])
        expect(told.split(words)).toHaveLength(2);
      expect(model.scripted.map(({ dialect }) => dialect)).toEqual([
        ...['responses', 'responses'],
        ...['messages', 'messages'],
      ]);
    }, 240_000);
  });
});
