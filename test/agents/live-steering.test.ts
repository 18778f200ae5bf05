import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { processesWith } from '../support/processes.js';
import type { ModelRequest, Reply, ToolCall } from '../support/scripted-model/index.js';
import { callTool, hang, say, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { LiveAgent } from './support/live-agent.js';

const { shell, write } = tools.codex;
const call = ({ name, input }: ToolCall) => callTool(name, input);
const remark = 'Call the file total.txt.';

/** What a person says and does to a task while a real Codex works on it, by the commands. */
describeAgent('codex', () => {
  let live: LiveAgent;
  afterEach(() => live.close());

  it('hears a remark in its turn, is paused at once with what it had started, and goes on in its session', async () => {
    const child = `7261.${process.pid}`;
    let goOn: () => void = () => undefined;
    const after = new Promise<void>((resolve) => (goOn = resolve));
    const first = [
      call(shell('touch one')),
      say('Half of it.', { after }),
      call(shell(`touch two; sleep ${child}`)),
    ];
    const resumed = [call(write('total.txt', '3\n')), say('The sum is there.')];
    // A command that runs for long is told to the model as such, which says nothing to it.
    const script = (request: ModelRequest): Reply =>
      (conversationOf(request).includes('has paused it') ? resumed : first).shift() ?? hang();
    live = await LiveAgent.start({
      script,
      task: 'Write the sum of one and two.',
      check: 'grep -qx 3 total.txt',
    });
    const { project, model } = live;
    await model.request(2);

    expect(project.run('steer', 'sum', remark)).toMatchObject({ code: 0 });
    await live.says('a note was heard by the agent in turn 1');
    expect((await live.status())?.remarks).toEqual([]);
    goOn();
    expect(conversationOf(await model.request(3))).toContain(remark);

    const { path = '' } = (await live.status())?.workspace ?? {};
    await project.until('the command runs', () => existsSync(join(path, 'two')) && sleeping(child) > 0);
    expect(project.run('pause', 'sum', '--now', '--message', 'Lunch.')).toMatchObject({ code: 0 });
    await project.until('it waits', async () => (await live.status())?.waiting?.kind === 'paused');
    expect(sleeping(child)).toBe(0);
    expect(await project.programs()).toEqual([]);
    expect(project.run('status', 'sum').stdout).toContain('resume sum');

    expect(project.run('resume', 'sum')).toMatchObject({ code: 0 });
    await live.landed();
    expect(project.git('show', 'main:total.txt')).toBe('3');
    // One session: it knows the task and the remark, and is told neither again.
    const last = conversationOf(model.scripted.at(-1)!);
    for (const words of ['Write the sum of one and two.', remark, 'Lunch.'])
      expect(last.split(words)).toHaveLength(2);
  }, 300_000);

  it('is paused once its turn is over, and goes on in its session when it is resumed', async () => {
    let goOn: () => void = () => undefined;
    const after = new Promise<void>((resolve) => (goOn = resolve));
    live = await LiveAgent.start({
      script: [
        call(shell('touch one')),
        say('Half of it.', { after }),
        call(write('total.txt', '3\n')),
        say('The sum is there.'),
      ],
      task: 'Write the sum of one and two.',
      check: 'grep -qx 3 total.txt',
    });
    const { project, model } = live;
    await model.request(2);

    expect(project.run('pause', 'sum', '--message', 'Lunch.')).toMatchObject({ code: 0 });
    expect(await live.status()).toMatchObject({ phase: 'run', waiting: null });
    expect(await project.programs()).toHaveLength(1);
    goOn();
    await project.until('it waits', async () => (await live.status())?.waiting?.kind === 'paused');
    await live.says('turn 1: Half of it.');
    expect(await project.programs()).toEqual([]);
    expect(model.scripted).toHaveLength(2);

    // What is there fails its check, so that the agent goes on.
    expect(project.run('resume', 'sum')).toMatchObject({ code: 0 });
    await live.landed();
    expect(project.git('show', 'main:total.txt')).toBe('3');
    const last = conversationOf(model.scripted.at(-1)!);
    for (const words of ['Write the sum of one and two.', 'Half of it.'])
      expect(last.split(words)).toHaveLength(2);
  }, 300_000);
});

function conversationOf({ conversation }: ModelRequest): string {
  return JSON.stringify(conversation);
}

function sleeping(child: string): number {
  return processesWith(child).filter(({ argv }) => argv[0]?.endsWith('sleep')).length;
}
