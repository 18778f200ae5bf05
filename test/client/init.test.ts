import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/parse.js';
import { findCheckCommand } from '../../src/client/init/check-command.js';
import { findRepository } from '../../src/client/init/repository.js';
import { openGitHub } from '../support/github/index.js';
import { runProgram } from './support/program.js';

let folder: string;
let repository: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'continuo-init-'));
  repository = join(folder, 'my shop');
  await mkdir(repository);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function git(...args: string[]): Promise<void> {
  const settings = [
    '-c',
    'user.name=Ann',
    '-c',
    'user.email=ann@example.org',
    '-c',
    'init.defaultBranch=trunk',
  ];
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  await promisify(execFile)('git', [...settings, ...args], { cwd: repository, env });
}

async function commitAll(files: Record<string, string> = { 'a.txt': 'a\n' }): Promise<void> {
  await git('init', '-q');
  for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'First');
}

function init(...args: string[]) {
  return runProgram(['init', ...args], { cwd: repository });
}

describe('continuo init', () => {
  it('shows a gated workflow file and writes nothing unless it is told to', async () => {
    await commitAll({ 'package.json': '{"scripts":{"test":"node --test"}}', 'package-lock.json': '{}' });
    const { exitCode, stdout, stderr } = await init();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('continuo init --yes');
    expect(await readdir(repository)).not.toContain('WORKFLOW.md');

    const config = parseConfig(join(repository, 'WORKFLOW.md'), stdout, { HOME: folder });
    expect(config.project).toBe('my-shop');
    expect(config.repository?.base).toBe('trunk');
    expect(config.verify?.checks.map((check) => check.run)).toEqual(['npm ci && npm test']);
    expect(config.review?.human.when).toBe('always');
    expect(config.land?.mode).toBe('merge');
    expect(config.workspace.root).toBe(join(folder, '.local/state/continuo/my-shop/workspaces'));
  });

  it('writes it with --yes from a folder below, with the commands that are given', async () => {
    await commitAll();
    await mkdir(join(repository, 'src'));
    const agent = 'my-agent --mode "a: b" # fast';
    const { exitCode, stdout } = await runProgram(
      ['init', '--yes', '--agent-command', agent, '--check', "make 'it' work", '--base', 'main', '--json'],
      { cwd: join(repository, 'src') },
    );
    expect(exitCode).toBe(0);
    const file = join(repository, 'WORKFLOW.md');
    const report = JSON.parse(stdout) as { file: string; written: string[]; text: string };
    const schema = join(repository, '.continuo', 'workflow.schema.json');
    expect(report.written).toEqual([file, join(repository, 'tasks', 'README.md'), schema]);
    const [, modeline = ''] = report.text.split('\n');
    const named = /^# yaml-language-server: \$schema=(.*)$/.exec(modeline)?.[1] ?? '';
    expect(join(repository, named)).toBe(schema);
    expect(JSON.parse(await readFile(schema, 'utf8'))).toMatchObject({ title: 'WORKFLOW.md' });
    expect(await readFile(file, 'utf8')).toBe(report.text);
    const config = parseConfig(file, report.text, { HOME: folder });
    expect(config.command?.run).toBe(agent);
    expect(config.verify?.checks[0]?.run).toBe("make 'it' work");
    expect(config.repository?.base).toBe('main');
  });

  it('never overwrites a file that is there', async () => {
    await commitAll({ 'WORKFLOW.md': 'mine' });
    const { exitCode, stderr } = await init('--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('never overwritten');
    expect(await readFile(join(repository, 'WORKFLOW.md'), 'utf8')).toBe('mine');
    expect((await init('--print')).exitCode).toBe(0);
  });

  it('says what to do where there is no repository, no commit, or no working tree', async () => {
    const none = await init('--yes');
    await git('init', '-q');
    const empty = await init('--yes');
    await rm(join(repository, '.git'), { recursive: true });
    await git('init', '-q', '--bare', '.');
    const bare = await init('--yes');
    expect([none, empty, bare].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
    expect(none.stderr).toContain('is not in a git repository');
    expect(empty.stderr).toContain('has no commit on its branch trunk');
    expect(bare.stderr).toContain('is a bare repository');
    expect(await readdir(repository)).not.toContain('WORKFLOW.md');
  });

  it('asks for the base where no branch is checked out', async () => {
    await commitAll();
    await git('checkout', '-q', '--detach');
    const { exitCode, stderr } = await init('--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--base <branch>');
    expect((await init('--yes', '--base', 'trunk')).exitCode).toBe(0);
  });

  it('has gates that let nothing through where no test and no agent was found', async () => {
    await commitAll();
    const { stdout } = await init('--print');
    const config = parseConfig(join(repository, 'WORKFLOW.md'), stdout, { HOME: folder });
    for (const command of [config.verify?.checks[0]?.run, config.command?.run]) {
      const run = promisify(execFile)('bash', ['-c', command ?? 'true']);
      await expect(run).rejects.toMatchObject({ code: 1 });
    }
  });
});

describe('continuo init --tracker github', () => {
  const origin = (url: string) => git('remote', 'add', 'origin', url);
  const configOf = (stdout: string) => parseConfig(join(repository, 'WORKFLOW.md'), stdout, { HOME: folder });

  it('reads the repository from the remote, and takes no password from there', async () => {
    await commitAll();
    await origin('https://ann:ghp_secret@github.com/acme/shop.git');
    const { stdout, exitCode } = await init('--print', '--tracker', 'github');
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('ghp_secret')]);
    const { tracker, forge, land, repository: landsOn } = configOf(stdout);
    expect(tracker).toMatchObject({ kind: 'github', required_labels: ['continuo'] });
    expect(tracker.provider).toEqual({ repo: 'acme/shop' });
    expect(landsOn).toMatchObject({ url: 'https://github.com/acme/shop.git', base: 'trunk' });
    expect([forge.kind, land?.mode]).toEqual(['github', 'pull_request']);
  });

  it("names the API of a server of one's own", async () => {
    await commitAll();
    await origin('git@github.example.org:acme/shop.git');
    const { stdout } = await init('--print', '--tracker', 'github');
    expect(configOf(stdout).tracker.provider).toEqual({
      repo: 'acme/shop',
      api_url: 'https://github.example.org/api/v3',
    });
  });

  it('makes the labels that there are not yet, and no folder of tasks', async () => {
    const github = await openGitHub();
    try {
      const shop = await github.repository('acme/shop', { labels: ['Continuo'] });
      await commitAll();
      await origin(shop.cloneUrl);
      const args = ['init', '--tracker', 'github', '--labels', '--yes'];
      const run = (token: string) => runProgram(args, { cwd: repository, env: { GITHUB_TOKEN: token } });
      const refused = await run('ghp_wrong');
      expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('Bad credentials')]);
      expect(await readdir(repository)).not.toContain('WORKFLOW.md');

      const { exitCode, stdout } = await run(github.token('acme'));
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Made the label continuo: working');
      expect(stdout).not.toContain('Made the label continuo\n');
      expect(stdout).toContain('put the label continuo on an issue of acme/shop');
      expect(shop.state.labels.map(({ name }) => name)).toEqual(['Continuo', 'continuo: working']);
      expect((await readdir(repository)).sort()).toEqual(['.continuo', '.git', 'WORKFLOW.md', 'a.txt']);
    } finally {
      await github.close();
    }
  });

  it('has GitHub Actions run the checks on pull requests, and may do no more than read', async () => {
    await commitAll({ 'package.json': '{}', 'yarn.lock': '' });
    await origin('https://github.com/acme/shop.git');
    const check = "make 'it' work # and: so on";
    const args = ['--tracker', 'github', '--actions', '--check', check];
    const { exitCode, stdout } = await init('--yes', ...args);
    const file = join(repository, '.github', 'workflows', 'continuo-checks.yml');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`Wrote ${file}`)]);
    expect(stdout).toContain('git add WORKFLOW.md .continuo .github/workflows/continuo-checks.yml &&');
    const text = await readFile(file, 'utf8');
    expect(stdout).toContain(text);
    expect(parse(text)).toEqual({
      name: 'Continuo checks',
      on: { pull_request: {} },
      permissions: { contents: 'read' },
      jobs: {
        'check-1': {
          name: 'test',
          'runs-on': 'ubuntu-latest',
          'timeout-minutes': 10,
          steps: [
            { uses: 'actions/checkout@v6' },
            { uses: 'actions/setup-node@v6', with: { 'node-version': 'lts/*' } },
            { run: 'corepack enable' },
            { name: 'test', run: check, shell: 'bash' },
          ],
        },
      },
    });
  });

  it('leaves a workflow of GitHub Actions that is there, and writes the rest', async () => {
    await commitAll({ Makefile: 'test:\n\tx\n' });
    await origin('https://github.com/acme/shop.git');
    const folder = join(repository, '.github', 'workflows');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'continuo-checks.yml'), 'mine');
    const { exitCode, stdout } = await init('--yes', '--tracker', 'github', '--actions');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('continuo-checks.yml as it was')]);
    expect(await readFile(join(folder, 'continuo-checks.yml'), 'utf8')).toBe('mine');
    expect(await readdir(repository)).toContain('WORKFLOW.md');
  });

  it('writes no workflow that runs nothing', async () => {
    await commitAll();
    await origin('https://github.com/acme/shop.git');
    const nothing = await init('--yes', '--tracker', 'github', '--actions');
    const elsewhere = await init('--yes', '--actions');
    expect([nothing, elsewhere].map(({ exitCode }) => exitCode)).toEqual([2, 2]);
    expect(nothing.stderr).toContain('--check <command>');
    expect(elsewhere.stderr).toContain('--tracker github');
    expect(await readdir(repository)).not.toContain('WORKFLOW.md');
  });

  it('says what is missing', async () => {
    await commitAll();
    const none = await init('--print', '--tracker', 'github');
    await origin('../shop.git');
    const path = await init('--print', '--tracker', 'github');
    const labels = await init('--print', '--labels');
    expect([none, path, labels].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
    expect(none.stderr).toContain('has no remote origin');
    expect(path.stderr).toContain('is no address of GitHub: ../shop.git');
    expect(labels.stderr).toContain('--tracker github');
  });
});

describe('the agent that continuo init proposes', () => {
  it('is the first of a known kind on PATH, which may run the check that was found', async () => {
    await commitAll({ 'package.json': '{"scripts":{"test":"node --test"}}' });
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'codex'), '#!/bin/sh\n', { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}` };
    const { stdout } = await runProgram(['init', '--print'], { cwd: repository, env });
    const config = parseConfig(join(repository, 'WORKFLOW.md'), stdout, { HOME: folder });
    expect(config.agent.kind).toBe('codex');
    expect(config.agent.approvals).toEqual([{ kind: 'command', pattern: 'npm test', answer: 'allow' }]);
    expect(config.command).toBeUndefined();
  });
});

describe('findRepository', () => {
  it('knows the branch of a linked working tree, also when refs are packed', async () => {
    await commitAll();
    await git('worktree', 'add', '-q', '-b', 'topic/one', '../linked');
    await git('pack-refs', '--all');
    const root = join(folder, 'linked');
    expect(await findRepository(root)).toEqual({ root, branch: 'topic/one' });
  });
});

describe('findCheckCommand', () => {
  it.each<[string, Record<string, string>]>([
    ['npm test', { 'package.json': '{"scripts":{"test":"jest"}}' }],
    ['npm ci && npm test', { 'package.json': '{"scripts":{"test":"jest"}}', 'package-lock.json': '' }],
    [
      'pnpm install --frozen-lockfile && pnpm test',
      { 'package.json': '{"scripts":{"test":"x"}}', 'pnpm-lock.yaml': '' },
    ],
    ['cargo test', { 'Cargo.toml': '' }],
    ['go test ./...', { 'go.mod': '', Makefile: 'test:\n\tx\n' }],
    ['python3 -m pytest', { 'pyproject.toml': '' }],
    ['make test', { Makefile: 'all: test\n\ntest: all\n\tx\n', 'package.json': 'broken' }],
  ])('finds %j', async (command, files) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text);
    expect(await findCheckCommand(repository)).toBe(command);
  });

  it.each<[string, Record<string, string>]>([
    [
      'the placeholder of npm init',
      { 'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\""}}' },
    ],
    ['a make variable', { Makefile: 'test := x\n' }],
    ['an empty repository', {}],
  ])('finds nothing in %s', async (_name, files) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text);
    expect(await findCheckCommand(repository)).toBeNull();
  });
});
