import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { listKeepers } from '../../src/activities/keeper/list.js';
import { dataPaths } from '../../src/config/paths.js';
import { cli, LiveProject } from '../support/live-project.js';

/** Does the first half, then works until it may end, unless it is told that it has left its host. */
const agent = (folder: string) => `
agent: { kind: command }
command:
  run: |
    mkdir -p $CONTINUO_TASK && cd $CONTINUO_TASK
    cat > prompt.txt
    if [ ! -e one.txt ]; then echo 1 > one.txt; exit 0; fi
    if grep -q 'host .second. ' prompt.txt; then cp prompt.txt told.txt; exit 0; fi
    touch hangs.txt
    while [ ! -e ${folder}/release ]; do sleep 0.1; done
worker: { max_concurrent_agents_per_host: 1 }
verify: { checks: [{ name: exists, run: 'for one in */one.txt; do test -e "$(dirname $one)/told.txt" || exit 1; done' }] }
land: { strategy: merge }
`;

/** Another host of the project, on this machine: a worker with a data directory and workspaces of its own. */
class SecondHost {
  readonly data: string;
  readonly workspace: string;
  private worker: ChildProcess | null = null;

  constructor(private readonly project: LiveProject) {
    this.data = join(project.folder, 'second-data');
    this.workspace = join(project.folder, 'second-workspaces', 'one');
    mkdirSync(this.data);
  }

  async start(command: 'worker' | 'up' = 'worker'): Promise<void> {
    let said = '';
    const worker = spawn(process.execPath, [cli, command], {
      cwd: this.project.repository,
      env: {
        ...this.project.environment,
        TEMPORAL_ADDRESS: this.project.engine().address,
        CONTINUO_DATA: this.data,
        CONTINUO_HOST: 'second',
        WORKSPACES: join(this.project.folder, 'second-workspaces'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.worker = worker;
    for (const stream of [worker.stdout, worker.stderr])
      stream.on('data', (chunk) => (said += String(chunk)));
    await this.project.until('the second host works', () => {
      if (worker.exitCode !== null)
        throw new Error(`the second host ended with ${worker.exitCode}:\n${said}`);
      return /works as host second|Next, in another terminal/.test(said);
    });
  }

  /** As when its machine dies, but for the agent, which a machine would take along. */
  async kill(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    if (worker?.exitCode !== null) return;
    const ended = new Promise((resolve) => worker.once('close', resolve));
    worker.kill('SIGKILL');
    await ended;
  }

  async programs(): Promise<number> {
    const all = await listKeepers(dataPaths(this.data).runs);
    return all.filter(({ state }) => state === 'running').length;
  }
}

it('runs each task once where two `continuo up` serve one project of one cluster', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const project = new LiveProject({
    workflow: (folder) => `
agent: { kind: command, max_concurrent_agents: 4 }
command: { run: "echo $CONTINUO_TASK >> ${folder}/ran; sleep 1; echo done > $CONTINUO_TASK.txt" }
verify: { checks: [{ name: exists, run: "ls *.txt" }] }
land: { mode: merge }
review: { human: { when: never } }
`,
    workspaces: '$WORKSPACES',
    env: (folder) => ({ CONTINUO_HOST: 'zfirst', WORKSPACES: join(folder, 'workspaces') }),
  });
  const second = new SecondHost(project);
  try {
    await project.start();
    await second.start('up');
    for (const name of names) project.writeTask(name, 'Write a file.');
    project.commit('Tasks');
    for (const name of names)
      await project.until(`${name} lands`, async () => (await project.status(name))?.phase === 'done');
    expect(project.notes('ran').sort()).toEqual(names);
    expect(project.git('ls-tree', '--name-only', 'main')).toContain(
      names.map((name) => `${name}.txt`).join('\n'),
    );
  } finally {
    await second.kill();
    await project.close();
  }
});

it('lets a task go on at another host from its checkpoint, and leaves nothing of it at the one that comes back', async () => {
  const project = new LiveProject({
    workflow: agent,
    workspaces: '$WORKSPACES',
    env: (folder) => ({ CONTINUO_HOST: 'zfirst', WORKSPACES: join(folder, 'workspaces') }),
  });
  const second = new SecondHost(project);
  try {
    await project.start();
    await second.start();
    const hosts = () => project.run('hosts', '--json').stdout;
    await project.until('both are known', () => hosts().includes('second'));
    project.writeTask('one', 'Write files.');
    project.commit('A task');
    await project.until('the second host is in its second turn', () =>
      existsSync(join(second.workspace, 'one', 'hangs.txt')),
    );
    expect((await project.status('one'))?.workspace?.host).toBe('second');

    await second.kill();
    expect(await second.programs()).toBe(1);
    const lostAt = Date.now();
    await project.until('it goes on elsewhere', async () => {
      const status = await project.status('one');
      return status?.workspace?.host === 'zfirst' || status?.phase === 'done';
    });
    console.log(`went on elsewhere after ${Math.round((Date.now() - lostAt) / 1_000)} s`);
    expect(hosts()).toMatch(/"down"/);
    await project.until('it lands', async () => (await project.status('one'))?.phase === 'done');
    expect(project.git('show', 'main:one/one.txt')).toBe('1');
    const told = project.git('show', 'main:one/told.txt');
    expect(told).toContain('second');
    expect(told).toContain('checkpoint');

    // Its agent has gone on alone until now.
    expect(await second.programs()).toBe(1);
    await second.start();
    await project.until('nothing of it runs there', async () => (await second.programs()) === 0);
    await project.until('its workspace is gone', () => !existsSync(second.workspace));
    await project.until('it is up again', () => !hosts().includes('"down"'));

    // It leaves a host that is drained after its present turn.
    project.writeTask('two', 'Write more files.');
    project.commit('Another task');
    const workspaceOfTwo = join(second.workspace, '..', 'two');
    await project.until('the second host is in its second turn again', () =>
      existsSync(join(workspaceOfTwo, 'two', 'hangs.txt')),
    );
    expect(JSON.parse(project.run('list', '--json').stdout)).toMatchObject([{ task: 'two', host: 'second' }]);
    expect(project.run('drain', 'second').code).toBe(0);
    writeFileSync(join(project.folder, 'release'), '');
    await project.until('it lands too', async () => (await project.status('two'))?.phase === 'done');
    expect(project.git('show', 'main:two/told.txt')).toContain('`second` is not to be used any more');
    expect(project.git('show', 'main:two/hangs.txt')).toBe('');
    await project.until('its workspace there is gone', () => !existsSync(workspaceOfTwo));

    project.writeTask('three', 'Write even more files.');
    project.commit('A third task');
    await project.until('the other one has it', async () => {
      const status = await project.status('three');
      return status?.workspace?.host === 'zfirst';
    });
  } finally {
    await second.kill();
    await project.close();
  }
}, 400_000);
