import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProcessOptions } from './support/program.js';
import { programPath, runProgram } from './support/program.js';

const workflowFile = `---
tracker: { kind: file, provider: { path: tasks } }
repository: { url: . }
agent: { kind: command }
command: { run: "true" }
land: {}
---
Do it.
`;

let folder: string;
let project: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'continuo-cli-'));
  project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'WORKFLOW.md'), workflowFile);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function run(args: string[], options: Partial<ProcessOptions> = {}) {
  return runProgram(args, { cwd: project, ...options });
}

const commands = [
  ...['init', 'up', 'worker', 'down', 'doctor', 'start', 'list', 'ps', 'status', 'logs', 'diff', 'approve'],
  ...['request-changes', 'reject', 'answer', 'steer', 'pause', 'resume', 'cancel', 'retry'],
  ...['findings', 'evidence', 'watch', 'transcript', 'budget'],
];

describe('help', () => {
  it('lists every command when nothing is asked for', async () => {
    const [bare, asked] = await Promise.all([run([]), run(['--help'])]);
    expect(bare).toEqual(asked);
    expect(bare.exitCode).toBe(0);
    for (const command of commands) expect(bare.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(bare.stdout).toContain('Exit codes: 0 done');
  });

  it.each(commands)('explains %s with an example', async (command) => {
    const { exitCode, stdout } = await run([command, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: continuo ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples:\n  \\$ .*continuo ${command}\\b`));
    expect(stdout).toContain('--json');
  });

  it('loads nothing but the definitions of the commands', async () => {
    const log = join(folder, 'loaded');
    const hooks = `import { appendFileSync } from 'node:fs';
      export async function load(url, context, next) {
        if (url.startsWith('file:')) appendFileSync(${JSON.stringify(log)}, url + '\\n');
        return next(url, context);
      }`;
    await writeFile(join(folder, 'hooks.mjs'), hooks);
    await writeFile(
      join(folder, 'register.mjs'),
      "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
    );
    const { exitCode } = await run(['--version'], {
      env: { NODE_OPTIONS: `--import ${join(folder, 'register.mjs')}` },
    });
    expect(exitCode).toBe(0);
    const loaded = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((url) => new URL(url).pathname);
    const own = loaded.filter((path) => path.startsWith(dirname(programPath)));
    const texts = await Promise.all(own.map((path) => readFile(path, 'utf8')));
    // The bundler says in a comment where each part is from.
    const parts = texts.flatMap((text) =>
      [...text.matchAll(/^\s*\/\/ (\S+\.[jt]s)$/gm)].flatMap(([, path]) => path ?? []),
    );
    expect(parts).toContain('src/client/cli.ts');
    for (const part of parts) {
      expect(part).toMatch(
        /^node_modules\/commander\/|^src\/(continuo|client\/(cli|error|program\/[a-z]+))\.ts$/,
      );
    }
  });

  it('prints the version of the package', async () => {
    const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect((await run(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });
});

describe('wrong usage', () => {
  it.each([
    [['stats'], "unknown command 'stats'", 'Did you mean status?'],
    [['status', 'x', '--jsn'], "unknown option '--jsn'", 'Did you mean --json?'],
    [['status'], "missing required argument 'task'", ''],
    [['status', 'a', 'b'], 'too many arguments', ''],
    [['start', 'x', '--priority', 'high'], 'whole number', ''],
    [['pause'], 'name a task, or --all', ''],
    [['pause', 'x', '--all'], 'name a task, or --all', ''],
    [['reject', 'x'], 'say why', "continuo reject x -m '<why>'"],
    [['request-changes', 'x', '-m', ' '], 'say why', ''],
    [['answer', 'x', ' '], 'the answer is empty', ''],
    [['steer', 'x', ''], 'nothing to say', ''],
    [['logs', 'x', '-f', '--json'], '--follow', ''],
    [['list', '--by', ' '], 'nobody is named', '--by'],
    [['watch', '--interval', '0'], 'number of seconds', ''],
    [['diff', 'x', '--color', 'red'], 'Allowed choices are auto, always, never', ''],
    [['start'], 'there is no prompt', '--file'],
    [['start', '--scope', 'src/**', 'Fix it'], 'there is no prompt', 'before --scope'],
    [['start', ' \n '], 'the prompt is empty', ''],
    [['start', '-'], 'the prompt is empty', ''],
    [['start', 'x', '--file', 'y'], 'two prompts', ''],
    [['start', '--file', 'nowhere.md'], 'nowhere.md', ''],
    [['start', '--file', '.'], 'the prompt cannot be read', ''],
    [['start', 'x', '--id', ''], '--id must have', ''],
    [['start', 'x', '--id', 'i'.repeat(501)], '--id must have', ''],
    [['start', 'x', '--title', ' '], '--title is empty', ''],
    [['start', 'x', '--issue', 'y'], '--issue takes everything', ''],
  ])('%j ends with 2 and one clear message', async (args, message, next) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(next);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('refuses a prompt of 1 MB, from stdin and from a file, and says what to do', async () => {
    const large = 'x'.repeat(1024 * 1024);
    await writeFile(join(project, 'large.md'), large);
    const runs = [run(['start', '-'], { stdin: large }), run(['start', '--file', 'large.md'])];
    for (const { exitCode, stderr } of await Promise.all(runs)) {
      expect(exitCode).toBe(2);
      expect(stderr).toContain('larger than 256 KB');
      expect(stderr).toContain('put the text into a file in the repository');
    }
  });
});

describe('the workflow file', () => {
  it('is missed with one message (CLI-02)', async () => {
    const { exitCode, stderr } = await run(['list'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no WORKFLOW.md here');
  });

  it('is refused with file, key, what was found and what is allowed', async () => {
    await writeFile(join(folder, 'bad.md'), workflowFile.replace('land: {}', 'land: { mode: magic }'));
    const { exitCode, stderr } = await run(['list', '--workflow', '../bad.md']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('bad.md');
    expect(stderr).toContain('land.mode');
    expect(stderr).toContain('magic');
    expect(stderr).toContain('pull_request');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('an engine that cannot be reached', () => {
  const reading = [['list'], ['status', 'x'], ['start', 'Fix it'], ['approve', 'x'], ['pause', '--all']];

  it.each(reading)('ends %s with 5 when the project has none', async (...args) => {
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^continuo: no engine of project .*\n {2}start it with: continuo up\n$/);
  });

  it('ends with 5 when nothing listens at the address, or something that never answers', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = mute.address() as AddressInfo;
      for (const address of ['127.0.0.1:1', `127.0.0.1:${port}`]) {
        const { exitCode, stderr } = await run(['list'], { env: { TEMPORAL_ADDRESS: address } });
        expect(exitCode).toBe(5);
        expect(stderr).toBe(`continuo: no engine at ${address}\n  start it with: continuo up\n`);
      }
    } finally {
      mute.close();
    }
  });

  it('shows a stack with CONTINUO_DEBUG=1 only', async () => {
    expect((await run(['list'])).stderr).not.toMatch(/^\s+at /m);
    expect((await run(['list'], { env: { CONTINUO_DEBUG: '1' } })).stderr).toMatch(/^\s+at /m);
  });
});

describe('a pipe that is closed early', () => {
  it('ends quietly', async () => {
    const child = spawn(process.execPath, [programPath, 'start', '--help'], { cwd: project });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});
