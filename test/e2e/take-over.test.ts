import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { cli, LiveProject } from '../support/live-project.js';

/** Goes on for ever, until a person has done their part. */
const agent = `
agent: { kind: command }
command:
  run: |
    cat > prompt.txt
    if [ -e person.txt ]; then cp person.txt agent.txt; exit 0; fi
    echo half > half.txt
    while true; do sleep 0.1; done
verify: { checks: [{ name: exists, run: "cat agent.txt half.txt" }] }
land: { strategy: merge }
`;

it('lets a person take a running task over, edit, and hand it back as their commit', async () => {
  const project = new LiveProject({ workflow: agent, tasks: { one: 'Write files.' } });
  project.git('config', 'user.name', 'Ann Lee');
  project.git('config', 'user.email', 'ann@example.org');
  const workspace = join(project.folder, 'workspaces', 'one');
  try {
    await project.start();
    await project.until('the agent is at work', () => existsSync(join(workspace, 'half.txt')));
    expect(programsIn(workspace)).not.toEqual([]);

    const shell = project.run('shell', 'one', '--print', '--by', 'ann');
    expect([shell.code, shell.stdout]).toEqual([0, `${workspace}\n`]);
    expect(programsIn(workspace)).toEqual([]);
    expect(project.run('status', 'one').stdout).toContain('ann to hand it back');
    // The same person may come again, another one may not.
    expect(project.run('shell', 'one', '--by', 'ann').stdout).toContain('continuo hand-back one');
    const bob = project.run('shell', 'one', '--by', 'bob');
    expect([bob.code, bob.stderr]).toEqual([4, expect.stringContaining('ann has taken it over already')]);

    writeFileSync(join(workspace, 'person.txt'), 'by a person\n');
    const token = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');
    writeFileSync(join(workspace, 'secret.txt'), `token = ${token}\n`);
    const refused = project.run('hand-back', 'one', '--by', 'ann');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('secret.txt:1');

    // On a terminal their shell opens, with the workflow file that is theirs and not the agent's copy.
    const typed = [
      'rm secret.txt',
      'echo "$CONTINUO_TASK in $PWD of $CONTINUO_WORKFLOW" > ../../seen',
      'exit',
      'n',
    ];
    const screen = atTerminal(project, ['shell', 'one', '--by', 'ann'], typed);
    expect(screen).toContain('one stays with you. When you are done: continuo hand-back one');
    expect(project.notes('seen')).toEqual([
      `one in ${workspace} of ${join(project.repository, 'WORKFLOW.md')}`,
    ]);

    const back = project.run('hand-back', 'one', '--by', 'ann', '-m', 'Add what a person knows');
    expect([back.code, back.stdout]).toEqual([0, expect.stringContaining('what ann did is')]);
    await project.until('the task is done', async () => (await project.status('one'))?.phase === 'done');

    const commits = project.git('log', '--format=%an <%ae> %s', 'main').split('\n');
    expect(commits).toContain('Ann Lee <ann@example.org> Add what a person knows');
    const theirs = project.git('log', '--format=%H', '--author=Ann Lee', '--', 'person.txt');
    expect(project.git('show', '--format=', '--name-only', theirs)).toBe('person.txt');
    expect(project.git('show', 'main:agent.txt')).toBe('by a person');
    expect(project.git('show', 'main:half.txt')).toBe('half');
    expect(project.git('show', 'main:prompt.txt')).toContain('Add what a person knows');
    expect(project.git('log', '-p', '--all')).not.toContain(token);
  } finally {
    await project.close();
  }
});

/** Runs a command at a terminal, where a person types some lines; returns what the screen showed. */
function atTerminal(project: LiveProject, args: string[], lines: string[]): string {
  const command = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(' ');
  return execFileSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: project.repository,
    env: { ...project.environment, SHELL: '/bin/sh' },
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
  });
}

/** Command lines of the processes that work in a folder, as the kernel knows them. */
function programsIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isThere = readlinkSync(join('/proc', pid, 'cwd')) === folder;
        return isThere ? [readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });
}
