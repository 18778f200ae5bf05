import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workflowText } from '../config/workflow-file.js';
import { withFiles } from '../config/files.js';
import { runInProcess } from './support/program.js';

async function validate(text: string, ...args: string[]) {
  let run = { exitCode: null as number | null, stdout: '', stderr: '', file: '' };
  await withFiles({ 'WORKFLOW.md': text }, async (cwd) => {
    run = { ...(await runInProcess(['validate', ...args], { cwd })), file: join(cwd, 'WORKFLOW.md') };
  });
  return run;
}

const gated = {
  verify: '{ checks: [{ name: test, run: npm test }] }',
  review: '{ human: { when: risk } }',
};

describe('continuo validate', () => {
  it('says what a file in order means, and starts nothing', async () => {
    const { exitCode, stdout, stderr, file } = await validate(workflowText(gated));
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      `ok    file            ${file}`,
      'ok    project         shop',
      'ok    tracker         file, works on Todo, In Progress',
      'ok    agent           command',
      expect.stringMatching(/^ok {4}repository {6}.*, base main$/),
      'ok    gates           verify (test), review (a person: risk), land (merge, squash)',
      '',
    ]);
  });

  it('says the same as JSON', async () => {
    const { exitCode, stdout, file } = await validate(workflowText(), '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      file,
      project: 'shop',
      tracker: { kind: 'file', activeStates: ['Todo', 'In Progress'], terminalStates: ['Done', 'Cancelled'] },
      agent: { kind: 'command', fallback: null },
      gates: { verify: null, review: null, land: { mode: 'merge', strategy: 'squash' } },
      notes: [],
    });
  });

  it('notes what has no effect, what nobody knows, and a prompt that fails', async () => {
    const text = workflowText(
      { worker: '{ ssh_hosts: [a] }', agent: '{ kind: command, mood: good }', server: '{ port: 1 }' },
      '{{ issue.titel }}',
    );
    const { exitCode, stdout } = await validate(text);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'warn  worker.ssh_hosts  has no effect: this version starts nothing over ssh\n' +
        '                      -> run `continuo worker` on each of those hosts instead',
    );
    expect(stdout).toContain('warn  agent.mood      is not known to this version, and ignored');
    expect(stdout).toContain('warn  server          is not known to this version, and ignored');
    expect(stdout).toContain('undefined variable: issue.titel');
  });

  it.each([
    [workflowText({ land: '{ mode: push }' }), 'config_invalid', 'land.mode: found "push"'],
    [workflowText({ tracker: '{ kind: jira }' }), 'unsupported_tracker_kind', 'tracker.kind: found "jira"'],
    ['---\na: [\n---\n', 'workflow_parse_error', 'line 3: '],
    ['---\n- a\n---\n', 'workflow_front_matter_not_a_map', 'front matter: found a list'],
    [workflowText({}, '{% if issue %}'), 'template_parse_error', 'line 10: the prompt template is broken'],
    [workflowText({}, '{{ attempt | nope }}'), 'template_render_error', 'undefined filter: nope'],
  ])('refuses %j', async (text, code, message) => {
    const plain = await validate(text);
    expect([plain.exitCode, plain.stdout]).toEqual([2, '']);
    expect(plain.stderr).toContain(message);
    const { exitCode, stdout, file } = await validate(text, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      file,
      code,
      message: expect.stringContaining(message),
    });
  });

  it('takes a file by name, a folder that holds one, and says when there is none', async () => {
    await withFiles({ 'other.md': workflowText() }, async (cwd) => {
      const run = (...args: string[]) => runInProcess(['validate', ...args], { cwd });
      expect((await run('other.md')).exitCode).toBe(0);
      const missing = await run('--json');
      expect([missing.exitCode, JSON.parse(missing.stdout)]).toMatchObject([
        2,
        { code: 'missing_workflow_file' },
      ]);
      await mkdir(join(cwd, 'shop'));
      await writeFile(join(cwd, 'shop', 'WORKFLOW.md'), workflowText());
      expect((await run('shop')).exitCode).toBe(0);
    });
  });
});

describe('continuo schema', () => {
  it('prints a JSON Schema', async () => {
    const { exitCode, stdout } = await runInProcess(['schema'], { cwd: '/' });
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { $schema: expect.stringContaining('json-schema.org'), title: 'WORKFLOW.md' },
    ]);
  });
});
