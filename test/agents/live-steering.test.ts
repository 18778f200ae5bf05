import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { LiveProject } from '../support/live-project.js';
import { processesWith } from '../support/processes.js';
import type { ModelRequest, Reply, ToolCall } from '../support/scripted-model/index.js';
import { callTool, hang, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { describeAgent } from './support/describe-agent.js';
import { agentHome } from './support/home.js';

const { shell, write } = tools.codex;
const call = ({ name, input }: ToolCall) => callTool(name, input);
const remark = 'Call the file total.txt.';

/** What a person says and does to a task while a real Codex works on it, by the commands. */
describeAgent('codex', (binary) => {
  let project: LiveProject;
  let model: ScriptedModel;
  let home: string;
  afterEach(async () => {
    await project.close();
    await model.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

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
    model = await ScriptedModel.start(script);
    home = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-live-')));
    const env = agentHome('codex', home, model.port);
    project = new LiveProject({
      workflow: `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 60000 }
containment: { host_ports: [${model.port}], readable: [${JSON.stringify(process.cwd())}] }
verify: { checks: [{ name: total, run: "grep -qx 3 total.txt" }] }
review: { human: { when: never } }
land: { mode: merge }`,
      files: { 'README.md': 'A project.\n' },
      tasks: { sum: 'Write the sum of one and two.' },
      env: () => ({ CODEX_HOME: env.CODEX_HOME ?? '', SCRIPTED_KEY: 'scripted' }),
    });
    await project.start();
    await model.request(2);

    expect(project.run('steer', 'sum', remark)).toMatchObject({ code: 0 });
    await project.until('the remark is heard', async () =>
      (await told()).includes('a note was heard by the agent in turn 1'),
    );
    expect((await project.status('sum'))?.remarks).toEqual([]);
    goOn();
    expect(conversationOf(await model.request(3))).toContain(remark);

    const { path = '' } = (await project.status('sum'))?.workspace ?? {};
    await project.until('the command runs', () => existsSync(join(path, 'two')) && sleeping(child) > 0);
    expect(project.run('pause', 'sum', '--now', '--message', 'Lunch.')).toMatchObject({ code: 0 });
    await project.until('it waits', async () => (await project.status('sum'))?.waiting?.kind === 'paused');
    expect(sleeping(child)).toBe(0);
    expect(await project.programs()).toEqual([]);
    expect(project.run('status', 'sum').stdout).toContain('resume sum');

    expect(project.run('resume', 'sum')).toMatchObject({ code: 0 });
    await project.until('the change has landed', async () => (await project.status('sum'))?.phase === 'done');
    expect(project.git('show', 'main:total.txt')).toBe('3');
    // One session: it knows the task and the remark, and is told neither again.
    const last = conversationOf(model.scripted.at(-1)!);
    for (const words of ['Write the sum of one and two.', remark, 'Lunch.'])
      expect(last.split(words)).toHaveLength(2);
  }, 300_000);

  async function told(): Promise<string> {
    return JSON.stringify((await project.status('sum'))?.history ?? []);
  }
});

function conversationOf({ conversation }: ModelRequest): string {
  return JSON.stringify(conversation);
}

function sleeping(child: string): number {
  return processesWith(child).filter(({ argv }) => argv[0]?.endsWith('sleep')).length;
}
