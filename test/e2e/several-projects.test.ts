import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { cli, LiveProject } from '../support/live-project.js';
import { startLocalServer } from '../support/temporal.js';

/** Each task is half a second of an agent, and lands. */
const workflow = (slots: number) => `
agent: { kind: command, max_concurrent_agents: ${slots} }
command: { run: "sleep 0.5; echo done > $CONTINUO_TASK.txt" }
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
land: { mode: merge }
review: { human: { when: never } }
`;

it('serves several projects in one process, and a long backlog of one does not hold up another', async () => {
  const server = await startLocalServer();
  const backlog = Array.from({ length: 12 }, (_, index) => `a${index}`);
  const tasks = Object.fromEntries(backlog.map((name) => [name, 'Write a file.']));
  const [busy, calm] = [
    new LiveProject({ workflow: workflow(2), tasks }),
    new LiveProject({ workflow: workflow(2) }),
  ];
  const env: NodeJS.ProcessEnv = {
    ...busy.environment,
    TEMPORAL_ADDRESS: server.address,
    XDG_STATE_HOME: join(busy.folder, 'state'),
    CONTINUO_HOST: 'one-name',
  };
  delete env.CONTINUO_DATA;
  const files = [busy, calm].map(({ repository }) => join(repository, 'WORKFLOW.md'));
  let said = '';
  const up = spawn(process.execPath, [cli, 'up', ...files], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [up.stdout, up.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise<number | null>((resolve) => up.once('close', resolve));
  try {
    await busy.until('it serves both', () => {
      if (up.exitCode !== null) throw new Error(`it ended with ${up.exitCode}:\n${said}`);
      return said.includes('Next, in another terminal');
    });
    const landed = (project: LiveProject) => project.git('ls-tree', '--name-only', 'main').split('\n');
    // Looking more often would take from the processor what is looked at.
    const lands = async (project: LiveProject, ...names: string[]) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return names.every((name) => landed(project).includes(`${name}.txt`));
    };
    await busy.until('the busy one is at work', () => lands(busy, 'a0'));
    calm.writeTask('single', 'Write a file.');
    calm.commit('A task');
    await calm.until('the single task has landed', () => lands(calm, 'single'));
    const done = landed(busy).filter((name) => name.endsWith('.txt')).length;
    expect(done).toBeLessThan(backlog.length);

    await busy.until('the backlog has landed', () => lands(busy, ...backlog));
    expect(landed(busy)).not.toContain('single.txt');
    expect(said).toContain(`project=${busy.name}`);
    expect(said).toContain(`project=${calm.name}`);
  } finally {
    up.kill('SIGTERM');
    const code = await ended;
    await Promise.all([busy.close(), calm.close()]);
    await server.teardown();
    expect(code).toBe(0);
  }
}, 600_000);
