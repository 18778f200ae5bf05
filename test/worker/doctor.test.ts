import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { files, protocolVersion } from '../../src/activities/keeper/protocol.js';
import { loadConfig } from '../../src/config/load.js';
import { dataPaths } from '../../src/config/paths.js';
import { openConfigStore } from '../../src/config/store.js';
import type { Diagnosis } from '../../src/worker/diagnosis.js';
import { diagnose } from '../../src/worker/doctor.js';
import { nameProcess } from '../../src/activities/keeper/process-name.js';

describe('doctor', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-doctor-'));
    await mkdir(join(folder, 'cache', 'bin'), { recursive: true });
    await place(join(folder, 'cache', 'bin', 'temporal'), 'temporal version 1.9.1');
    env = {
      PATH: process.env.PATH,
      HOME: folder,
      CONTINUO_CACHE: join(folder, 'cache'),
      CONTINUO_DOWNLOAD: 'never',
    };
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, env });
    git('init', '--quiet', '--initial-branch', 'main');
    git('-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'First');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function place(file: string, output: string): Promise<void> {
    await writeFile(file, `#!/bin/sh\necho "${output}"\n`);
    await chmod(file, 0o755);
  }

  async function writeWorkflow({
    base = 'main',
    agent = '{ kind: command }',
    run = 'cat',
    more = [] as string[],
  } = {}): Promise<void> {
    const front = [
      'tracker: { kind: file, provider: { path: tasks } }',
      `agent: ${agent}`,
      `command: { run: "${run}" }`,
      `repository: { url: ., base: ${base} }`,
      'land: { mode: merge }',
      ...more,
    ];
    await writeFile(join(folder, 'WORKFLOW.md'), ['---', ...front, '---', 'Do it.', ''].join('\n'));
  }

  async function examine(): Promise<Record<string, Diagnosis>> {
    const found = await diagnose({ workflow: null, cwd: folder, env });
    return Object.fromEntries(found.map((diagnosis) => [diagnosis.name, diagnosis]));
  }

  it('finds everything in order on a machine that is set up', async () => {
    await writeWorkflow();
    const found = await examine();
    expect(Object.values(found).filter(({ ok }) => !ok)).toEqual([]);
    expect(found.engine?.found).toContain('temporal 1.9.1 (cache: ');
    expect(found.repository?.found).toMatch(/base main at [0-9a-f]{12}$/);
    expect(found.sandbox?.found).toMatch(/^(strict|standard|none): /);
  });

  it('says for each fault what was found and what to do', async () => {
    await writeWorkflow({ base: 'develop', run: 'no-such-agent --fast' });
    await rm(join(folder, 'cache'), { recursive: true });
    // The same programs, but another git, and no Temporal.
    const bin = join(folder, 'bin');
    await mkdir(bin);
    for (const name of ['bash', 'flock', 'sh', 'env']) {
      await symlink(
        execFileSync('sh', ['-c', `command -v ${name}`])
          .toString()
          .trim(),
        join(bin, name),
      );
    }
    await place(join(bin, 'git'), 'git version 2.30.2');
    env.PATH = bin;
    const found = await examine();
    expect(found.engine).toMatchObject({ ok: false, remedy: expect.stringContaining('docs.temporal.io') });
    expect(found.git).toEqual({
      name: 'git',
      ok: false,
      found: '2.30.2',
      remedy: 'install git 2.38 or newer',
    });
    expect(found.agent).toMatchObject({
      ok: false,
      found: '`no-such-agent --fast`: bash finds no program no-such-agent',
    });
  });

  it('examines the fallback of the agent as well', async () => {
    await writeWorkflow({
      agent: '{ kind: command, fallback: acp }',
      more: ['acp: { command: no-such-acp }'],
    });
    const found = (await diagnose({ workflow: null, cwd: folder, env })).filter(
      ({ name }) => name === 'agent',
    );
    expect(found.map(({ ok }) => ok)).toEqual([true, false]);
    expect(found[1]?.found).toBe('`no-such-acp`: bash finds no program no-such-acp');
  });

  it('mentions keepers that were left without an end', async () => {
    await writeWorkflow();
    env.CONTINUO_DATA = join(folder, 'data');
    expect((await examine()).keepers).toEqual({ name: 'keepers', ok: true, found: '0 run', remedy: null });

    const child = spawn('true');
    const process = await nameProcess(child.pid!);
    await once(child, 'close');
    const place = join(dataPaths(env.CONTINUO_DATA).runs, 'shop', 'A-1', 'keepers', 'turn-1', 'gen-0001');
    await mkdir(place, { recursive: true });
    const owner = {
      project: 'shop',
      identifier: 'A-1',
      workflowId: 'w',
      workflowRun: 'r',
      kind: 'agent',
      title: 'turn 1',
    };
    const claim = { kind: 'keeper', version: protocolVersion, id: 'nonce', process, owner, cookie: 'c' };
    await writeFile(
      join(place, files.claim),
      JSON.stringify({ ...claim, startedAt: new Date().toISOString() }),
    );
    expect((await examine()).keepers).toMatchObject({
      ok: true,
      found: '0 run, 1 were lost',
      remedy: expect.stringContaining('continuo up'),
    });
  });

  describe('of an agent with a login', () => {
    beforeEach(async () => {
      await mkdir(join(folder, 'bin'));
      env.PATH = `${join(folder, 'bin')}:${process.env.PATH ?? ''}`;
      await writeFile(join(folder, '.profile'), `PATH=${join(folder, 'bin')}:$PATH\n`);
    });
    const writeCodex = async (status: number, version = 'codex 0.169.0', bin = join(folder, 'bin')) => {
      const file = join(bin, 'codex');
      await writeFile(file, `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\nexit ${status}\n`);
      await chmod(file, 0o755);
    };
    const use = (agent: string) =>
      writeWorkflow({ more: [] }).then(async () => {
        const text = ['---', 'tracker: { kind: file, provider: { path: tasks } }', `agent: ${agent}`];
        const rest = ['repository: { url: ., base: main }', 'land: { mode: merge }', '---', 'Do it.', ''];
        await writeFile(join(folder, 'WORKFLOW.md'), [...text, ...rest].join('\n'));
      });

    it('tells its version, and that somebody is logged in', async () => {
      await writeCodex(0);
      await use('{ kind: codex }');
      const { agent, login } = await examine();
      expect(agent?.found).toMatch(/^`codex app-server` \(.*bin\/codex\), codex 0\.169\.0$/);
      expect(login).toMatchObject({ ok: true, found: 'logged in', remedy: null });
    });

    it.each([
      ['codex-cli 0.98.2', /codex-cli 0\.98\.2, which is older than 0\.169\.0$/],
      ['unknown', /whose version cannot be read: unknown$/],
      ['', /whose version cannot be read: $/],
    ])('says in one line what is to be done about the version `%s`', async (version, found) => {
      await writeCodex(0, version);
      await use('{ kind: codex }');
      expect((await examine()).agent).toEqual({
        name: 'agent',
        ok: true,
        found: expect.stringMatching(found),
        remedy: 'install codex 0.169.0 or newer: what is needed of it was tried with that',
      });
    });

    it.each(['codex-cli 0.169.1', 'codex-cli 0.170.0', 'codex-cli 1.0.0'])(
      'is content with %s',
      async (version) => {
        await writeCodex(0, version);
        await use('{ kind: codex }');
        expect((await examine()).agent).toMatchObject({ ok: true, remedy: null });
      },
    );

    it('says of one that does not run on the host that it is broken, and nothing of the sandbox', async () => {
      await place(join(folder, 'bin', 'codex'), '');
      await writeFile(join(folder, 'bin', 'codex'), '#!/bin/sh\necho no such library >&2; exit 127\n');
      await use('{ kind: codex }');
      const found = await examine();
      expect(found.agent).toMatchObject({
        ok: false,
        found: expect.stringContaining('does not run: '),
        remedy: expect.stringContaining('install codex 0.169.0 or newer'),
      });
      expect(found['agent sandbox']).toBeUndefined();
    });

    it('says of one that a login shell alone does not find where it is', async () => {
      await writeCodex(0);
      await writeFile(join(folder, '.profile'), 'PATH=/usr/bin:/bin\n');
      env.PATH = `${join(folder, 'bin')}:${env.PATH ?? ''}`;
      await use('{ kind: codex }');
      expect((await examine()).agent).toMatchObject({
        ok: false,
        found: '`codex app-server`: bash finds no program codex as a login shell',
        remedy: expect.stringContaining(join(folder, 'bin', 'codex')),
      });
    });

    it('tells that it runs in its sandbox, or does not', async () => {
      await writeCodex(0);
      await use('{ kind: codex }');
      expect((await examine())['agent sandbox']).toMatchObject({
        ok: true,
        found: 'codex runs',
        remedy: null,
      });
      // What lies in the folder for temporary files is out of sight.
      const hidden = await mkdtemp(join(tmpdir(), 'continuo-hidden-'));
      try {
        await writeCodex(0, 'codex 0.169.0', hidden);
        await use(`{ kind: codex }\ncodex: { command: ${hidden}/codex app-server }`);
        const found = await examine();
        expect(found.agent).toMatchObject({ ok: true, remedy: null });
        const isHidden = /own processes(, files| and files)/.test(found.sandbox?.found ?? '');
        expect(found['agent sandbox']).toMatchObject(
          isHidden
            ? { ok: false, found: expect.stringContaining('does not run'), remedy: expect.any(String) }
            : { ok: true },
        );
      } finally {
        await rm(hidden, { recursive: true });
      }
    });

    it('asks for the login where the agent will have it', async () => {
      await mkdir(join(folder, '.codex'));
      await mkdir(join(folder, '.ssh'));
      await writeFile(join(folder, '.ssh', 'keyring'), '');
      const file = join(folder, 'bin', 'codex');
      const ask = 'echo 0.169.0; [ "$1" = --version ] || [ -e ~/.ssh/keyring ]';
      await writeFile(file, `#!/bin/sh\n${ask}\n`);
      await chmod(file, 0o755);
      await use('{ kind: codex }');
      const { sandbox, login } = await examine();
      const isHidden = /own processes(, files| and files)/.test(sandbox?.found ?? '');
      expect(login?.found).toBe(isHidden ? 'logged in, but not in the sandbox' : 'logged in');
    });

    it('says how to log in when nobody is', async () => {
      await writeCodex(1);
      await use('{ kind: codex }');
      const { login } = await examine();
      expect(login).toMatchObject({ found: 'nobody is logged in' });
      expect(login?.remedy).toContain('codex login');
    });

    it('misses the key that the workflow file asks for', async () => {
      await writeCodex(1);
      await use('{ kind: codex, auth: api_key }');
      expect((await examine()).login).toMatchObject({ ok: false, found: 'OPENAI_API_KEY is not set' });
      env.OPENAI_API_KEY = 'a key';
      expect((await examine()).login).toMatchObject({ ok: true, found: 'by OPENAI_API_KEY' });
    });

    it('examines the agent of a reviewer as well, with the same words', async () => {
      await writeCodex(1, 'codex 0.98.2');
      await place(join(folder, 'bin', 'theirs'), 'nothing');
      const reviewers = [
        '{ name: bugs, prompt: Look, agent: codex, run: codex app-server --fast }',
        '{ name: style, prompt: Look, run: theirs --all }',
        '{ name: gone, prompt: Look, agent: claude, run: no-such-claude }',
      ];
      await writeWorkflow({ more: [`review: { agents: [${reviewers.join(', ')}] }`] });
      const found = await examine();
      expect(found.agent?.found).toMatch(/^`cat` /);
      expect(found['agent sandbox']).toMatchObject({ ok: true, found: 'cat runs' });
      expect(found.login).toBeUndefined();
      expect(found['reviewer bugs']).toMatchObject({
        ok: true,
        found: expect.stringMatching(/^`codex app-server --fast` \(.*codex 0\.98\.2, which is older than/),
        remedy: expect.stringContaining('install codex'),
      });
      expect(found['reviewer bugs sandbox']).toMatchObject({ ok: true, found: 'codex runs' });
      expect(found['reviewer bugs login']).toMatchObject({
        found: 'nobody is logged in',
        remedy: expect.stringContaining('codex login'),
      });
      expect(found['reviewer style']?.found).toMatch(/^`theirs --all` \(.*bin\/theirs\)$/);
      expect(found['reviewer style sandbox']).toMatchObject({ ok: true, found: 'theirs runs' });
      expect(found['reviewer style login']).toBeUndefined();
      expect(found['reviewer gone']).toMatchObject({
        ok: false,
        found: '`no-such-claude`: bash finds no program no-such-claude',
        remedy: expect.stringContaining('review.agents[2].run'),
      });
    });

    it('misses the key of a reviewer of another kind', async () => {
      await writeCodex(0);
      await place(join(folder, 'bin', 'claude'), '2.1.400');
      env.OPENAI_API_KEY = 'a key';
      const review = 'review: { agents: [{ name: bugs, prompt: Look, agent: claude }] }';
      await use(`{ kind: codex, auth: api_key }\n${review}`);
      const found = await examine();
      expect(found.login).toMatchObject({ ok: true, found: 'by OPENAI_API_KEY' });
      expect(found['reviewer bugs login']).toMatchObject({
        ok: false,
        found: 'ANTHROPIC_API_KEY is not set',
      });
    });

    it('examines once what works and reviews by the same command line', async () => {
      await writeCodex(0);
      const own = 'codex app-server --fast';
      const reviewers = [
        '{ name: same, prompt: Look }',
        '{ name: named, prompt: Look, agent: codex, run: codex app-server }',
        `{ name: first, prompt: Look, agent: codex, run: ${own} }`,
        `{ name: second, prompt: Look, agent: codex, run: ${own} }`,
        `{ name: program, prompt: Look, run: ${own} }`,
      ];
      await use(`{ kind: codex }\nreview: { agents: [${reviewers.join(', ')}] }`);
      const found = await diagnose({ workflow: null, cwd: folder, env });
      const names = found.map(({ name }) => name).filter((name) => /agent|login|reviewer/.test(name));
      expect(names).toEqual([
        ...['agent', 'agent sandbox', 'login'],
        ...['reviewer first', 'reviewer first sandbox', 'reviewer first login'],
        ...['reviewer program', 'reviewer program sandbox'],
      ]);
    });

    it('says so when it is not installed', async () => {
      await use('{ kind: claude }\nclaude: { command: no-such-claude }');
      expect((await examine()).agent).toMatchObject({
        ok: false,
        remedy: expect.stringContaining('claude.command'),
      });
    });
  });

  it('warns of hooks that run outside of a strict sandbox, in what an agent wrote', async () => {
    await writeWorkflow({ more: ['hooks: { after_create: npm ci, before_run: npm install }'] });
    const { sandbox, hooks } = await examine();
    const isStrict = sandbox?.found.startsWith('strict') === true;
    const found = 'hooks run outside of the sandbox, in what the agent wrote: before_run';
    expect(hooks).toEqual(
      isStrict
        ? { name: 'hooks', ok: true, found, remedy: expect.stringContaining('security.md') }
        : undefined,
    );
  });

  it('calls it a fault when the machine cannot give the sandbox that is asked for', async () => {
    await writeWorkflow({ more: ['containment: { level: strict }'] });
    await place(join(folder, 'setpriv'), 'refused" >&2; exit "1');
    env.PATH = `${folder}:${process.env.PATH ?? ''}`;
    const { sandbox } = await examine();
    expect(sandbox).toMatchObject({ ok: false, found: expect.stringContaining('strict is not possible') });
  });

  it('says that the base branch is missing', async () => {
    await writeWorkflow({ base: 'develop' });
    const { repository } = await examine();
    expect(repository).toMatchObject({ ok: false, found: expect.stringContaining('has no branch develop') });
  });

  it('says of a broken file that is in force what becomes of the project, and of a broken prompt where it is', async () => {
    await writeWorkflow({ more: ['project: { name: shop }'] });
    const file = join(folder, 'WORKFLOW.md');
    const { configuration } = await examine();
    expect(configuration).toMatchObject({ ok: true });
    const paths = dataPaths(join(folder, '.local', 'state', 'continuo', 'shop'));
    await openConfigStore(paths, {}).put(await loadConfig(file, {}));
    await writeFile(file, '---\ntracker: [\n---\n');
    expect((await examine()).configuration).toMatchObject({
      ok: false,
      remedy:
        'mend the file: until then project shop starts nothing new, and works on with the last good one',
    });

    await writeWorkflow();
    await appendFile(file, '{% if issue %}');
    expect((await examine()).prompt).toMatchObject({
      ok: true,
      found: expect.stringContaining('the prompt template is broken'),
    });
  });

  it('names settings that have no effect, which are no faults', async () => {
    await writeWorkflow({
      more: ['worker: { ssh_hosts: [big] }'],
    });
    const found = await examine();
    expect(found['worker.ssh_hosts']).toMatchObject({
      ok: true,
      remedy: 'run `continuo worker` on each of those hosts instead',
    });
  });

  it('gives the error of a workflow file that cannot be used', async () => {
    const { configuration } = await examine();
    expect(configuration).toMatchObject({
      ok: false,
      found: expect.stringContaining('there is no WORKFLOW.md'),
    });
  });

  it('says that a server which is named does not answer', async () => {
    await writeWorkflow();
    env.TEMPORAL_ADDRESS = '127.0.0.1:9';
    const { engine } = await examine();
    expect(engine).toMatchObject({
      ok: false,
      found: expect.stringContaining('nothing answers on 127.0.0.1:9'),
    });
  });
});
