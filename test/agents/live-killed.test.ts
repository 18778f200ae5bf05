import { afterEach, expect, it } from '@jest/globals';
import { callTool, callTools, say, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { LiveAgent } from './support/live-agent.js';

const kinds = [
  { kind: 'codex' as const, work: callTool('exec_command', { cmd: 'sleep 15', login: false }) },
  { kind: 'claude' as const, work: callTool('Bash', { command: 'sleep 15', description: 'Wait' }) },
];

for (const { kind, work } of kinds) {
  describeAgent(kind, () => {
    let live: LiveAgent;
    afterEach(() => live.close());

    it('works on while `continuo up` is killed, and lands without having asked its model anything twice', async () => {
      live = await LiveAgent.start({
        kind,
        script: [work, callTools([tools[kind].write('sum.txt', '3\n')]), say('The sum is there.')],
        task: 'Write the sum of one and two to sum.txt.',
        check: 'grep -qx 3 sum.txt',
        approvals: '[{ answer: allow }]',
      });
      const { project, model } = live;
      await project.until(
        'it is at work',
        async () => (await project.isAttended()) && model.scripted.length > 0,
      );
      const [before] = await project.programs();
      await project.kill('worker');
      await project.start();
      await live.landed();
      expect(project.git('show', 'main:sum.txt')).toBe('3');
      expect(model.repeated).toEqual([]);
      expect(model.scripted).toHaveLength(3);
      // The same program has done all of it.
      const { history } = (await live.status())!;
      expect(JSON.stringify(history)).not.toContain('cut off');
      expect(before?.claim.owner.title).toBe('turn 1');
    }, 240_000);
  });
}
