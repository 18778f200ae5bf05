import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { TaskStatus } from '../../src/domain/status.js';
import { noUsage } from '../../src/domain/usage.js';
import { taskWorkflowId } from '../../src/domain/task.js';
import type { TaskInput } from '../../src/workflows/messages.js';
import { FakePorts, failedCheck, questionTurn, testEvidence, untilCancelled } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

const statusFields = [
  'acceptance',
  'scope',
  ...['task', 'project', 'title', 'phase', 'waitingFor', 'waiting', 'attempt', 'round', 'headSha', 'baseSha'],
  ...[
    'agent',
    'report',
    'branch',
    'change',
    'checks',
    'containment',
    'risks',
    'findings',
    'reviews',
    'decision',
    'decisions',
    'question',
    'remarks',
    'pausedBy',
    'taken',
    'rewind',
    'checkpoints',
    'usage',
    'turn',
    'workspace',
    'landedSha',
  ],
  ...['lastError', 'history', 'next', 'waitsSince'],
];

let lab: Lab;
let ports = new FakePorts();
let count = 0;

beforeAll(async () => {
  lab = await openLab();
  await lab.startProject();
});
afterAll(() => lab.close());
beforeEach(() => {
  ports = new FakePorts().usually('prepare', ({ headSha }) => ({
    kind: 'ready',
    workspace: lab.workspace,
    headSha,
    notes: [],
  }));
});

async function goUp(): Promise<void> {
  await lab.startWorkers(() => ports);
}

async function start(...args: string[]): Promise<string> {
  count += 1;
  const task = `task-${count}`;
  const { exitCode, stderr } = await lab.cli(['start', 'Add the numbers', '--id', task, ...args]);
  expect([exitCode, stderr]).toEqual([0, '']);
  return task;
}

function waitsForDecision({ waiting }: TaskStatus): boolean {
  return waiting?.kind === 'decision';
}

describe('with a worker', () => {
  beforeAll(goUp);
  afterAll(() => lab.stopWorkers());

  it('takes a prompt to a landed commit that a person approved', async () => {
    const task = await start('--scope', 'src/**', '--accept', 'it adds', '--accept', 'it is fast');
    await lab.until(task, waitsForDecision);
    const shown = JSON.parse((await lab.cli(['status', task, '--json'])).stdout) as TaskStatus;
    expect(Object.keys(shown).sort()).toEqual(statusFields.sort());
    expect(shown.checks.map(({ name, kind }) => [name, kind])).toEqual([['test', 'passed']]);

    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toContain(`continuo approve ${task}`);
    expect(page).toContain(shown.headSha);
    expect(page).toContain('test: passed in 1.2 s');

    const { exitCode, stdout } = await lab.cli(['approve', task, '-m', 'Good']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Approving ${shown.headSha ?? ''}, round 1`);
    const done = await lab.until(task, ({ phase }) => phase === 'done');
    expect(done.decision).toMatchObject({ verdict: 'approve', by: 'ann', note: 'Good', via: 'update' });

    const [input] = ports.inputs('prepare');
    expect(input?.issue).toMatchObject({
      identifier: task,
      title: 'Add the numbers',
      description: 'Add the numbers',
      scope: ['src/**'],
      acceptance: ['it adds', 'it is fast'],
      source: 'prompt',
    });
  });

  it('makes identifier and title of a prompt from stdin, and follows the task with --wait', async () => {
    const prompt = '# Mend the importer\n\nIt fails on empty lines.';
    const decided: Promise<unknown>[] = [];
    const { exitCode, stdout } = await lab.cli(['start', '-', '--wait'], {
      stdin: prompt,
      onOutput(text) {
        const command = /continuo approve (\S+)/.exec(text);
        if (command?.[1] !== undefined && decided.length === 0)
          decided.push(lab.cli(['approve', command[1]]));
      },
    });
    await Promise.all(decided);
    expect(stdout).toMatch(/^Started mend-the-importer-[a-z0-9]{4}: Mend the importer\n/);
    expect(stdout).toMatch(/ verify +1 of 1 checks passed/);
    expect(stdout).toMatch(/Waits for a person to decide/);
    expect(stdout).toMatch(/Landed as \S+\n$/);
    expect(exitCode).toBe(0);
  });

  it('ends --wait with 1 for a task that does not get done', async () => {
    ports.next('prepare', {
      kind: 'impossible',
      category: 'workspace_invalid',
      message: 'no base branch main',
    });
    const { exitCode, stderr } = await lab.cli(['start', 'Fail', '--id', 'doomed', '--wait']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('task doomed ended as failed');
    expect(stderr).toContain('no base branch main');
    expect(stderr).toContain('continuo retry doomed');
  });

  it('sends a change back with the note, and refuses what is stale or impossible', async () => {
    const task = await start();
    const first = await lab.until(task, waitsForDecision);
    const back = await lab.cli(['request-changes', task, '-m', 'Use a loop', '--json', '--by', 'bob']);
    expect(JSON.parse(back.stdout)).toMatchObject({ task, command: 'decide', by: 'bob', result: 'applied' });
    const second = await lab.until(task, (status) => status.round === 2 && waitsForDecision(status));
    expect(ports.inputs('runTurn')[1]?.feedback).toContainEqual(
      expect.objectContaining({ kind: 'changes', by: 'bob', note: 'Use a loop' }),
    );

    const stale = await lab.cli(['approve', task, '--sha', first.headSha ?? '']);
    expect(stale.exitCode).toBe(4);
    expect(stale.stderr).toContain('but the task now shows');
    expect((await lab.cli(['retry', task])).exitCode).toBe(4);
    expect((await lab.cli(['answer', task, 'Yes'])).exitCode).toBe(4);
    expect((await lab.cli(['approve', task, '--sha', (second.headSha ?? '').slice(0, 40)])).exitCode).toBe(0);
    await lab.until(task, ({ phase }) => phase === 'done');

    for (const command of [['approve'], ['reject', '-m', 'No'], ['cancel'], ['steer', 'x']]) {
      const [name = '', ...rest] = command;
      const { exitCode, stderr } = await lab.cli([name, task, ...rest]);
      expect(exitCode).toBe(4);
      expect(stderr).toContain('done');
    }
  });

  it('rejects for good', async () => {
    const task = await start();
    await lab.until(task, waitsForDecision);
    expect((await lab.cli(['reject', task, '-m', 'Not wanted'])).exitCode).toBe(0);
    const { history } = await lab.until(task, ({ phase }) => phase === 'rejected');
    expect(history.at(-1)?.note).toContain('Not wanted');
  });

  it('answers the open question, and steers, pauses, resumes and cancels', async () => {
    const asked = questionTurn('Which one?');
    if (asked.kind === 'question') asked.question.options = ['The first', 'The second'];
    ports.next('runTurn', asked);
    const task = await start();
    await lab.until(task, ({ question }) => question !== null);
    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toMatch(/Which one\?\n {2}1\. The first\n {2}2\. The second\n/);
    expect(page).toContain(`continuo answer ${task} '<number or text>'`);
    expect((await lab.cli(['steer', task, 'Be quick'])).stdout).toContain('it goes to the agent');
    expect((await lab.cli(['status', task])).stdout).toContain(
      'Waits for the agent to hear it\n  ann: Be quick\n',
    );
    expect((await lab.cli(['answer', task, '2'])).stdout).toContain('answered by ann: The second');
    await lab.until(task, waitsForDecision);
    expect(ports.inputs('runTurn')[1]).toMatchObject({
      answers: [{ question: 'Which one?', text: 'The second', by: 'ann' }],
      remarks: [{ by: 'ann', note: 'Be quick' }],
    });
    expect((await lab.cli(['pause', task])).exitCode).toBe(0);
    expect((await lab.cli(['pause', task])).exitCode).toBe(4);
    expect((await lab.cli(['resume', task])).exitCode).toBe(0);
    expect((await lab.cli(['cancel', task, '-m', 'Enough'])).exitCode).toBe(0);
    await lab.until(task, ({ phase }) => phase === 'cancelled');
  });

  it('pauses and resumes the whole project', async () => {
    expect((await lab.cli(['pause', '--all'])).stdout).toContain('project shop: paused by ann');
    const task = await start();
    await lab.until(task, ({ waiting }) => waiting?.kind === 'slot');
    expect((await lab.cli(['pause', '--all'])).exitCode).toBe(4);
    expect((await lab.cli(['resume', '--all', '--json'])).exitCode).toBe(0);
    await lab.until(task, waitsForDecision);
  });

  it('ends what runs by a pause at once, of a task and of all', async () => {
    ports.next('runTurn', untilCancelled, untilCancelled);
    const task = await start();
    await lab.until(task, () => ports.inputs('runTurn').length === 1);
    expect((await lab.cli(['pause', task, '--now'])).stdout).toContain('what was running is ended');
    const paused = await lab.until(task, ({ waiting }) => waiting?.kind === 'paused');
    expect(paused.pausedBy).toBe('ann');
    expect((await lab.cli(['resume', task])).exitCode).toBe(0);
    await lab.until(task, () => ports.inputs('runTurn').length === 2);
    expect((await lab.cli(['pause', '--all'])).exitCode).toBe(0);
    expect((await lab.cli(['pause', '--all', '--now'])).stdout).toContain('live tasks pause at once');
    await lab.until(task, ({ waiting }) => waiting?.kind === 'paused');
    expect((await lab.cli(['resume', '--all'])).exitCode).toBe(0);
    await lab.until(task, waitsForDecision);
    expect(ports.inputs('runTurn')[2]?.feedback.map(({ kind }) => kind)).toEqual(['paused', 'paused']);
  });

  it('starts an issue of the tracker, and knows when there is none', async () => {
    ports.usually('find', ({ identifier }) =>
      identifier === 'SHOP-1'
        ? {
            issue: {
              id: '1',
              identifier,
              title: 'One',
              priority: null,
              state: 'Todo',
              created_at: null,
              source: 'tracker',
            },
            fingerprint: 'f',
          }
        : null,
    );
    const started = await lab.cli(['start', '--issue', 'SHOP-1']);
    expect(started.exitCode).toBe(0);
    await lab.until('SHOP-1', ({ phase }) => phase !== 'claim');
    const missing = await lab.cli(['start', '--issue', 'SHOP-2']);
    expect(missing.exitCode).toBe(3);
    expect(missing.stderr).toContain('no issue SHOP-2');
  });

  it('shows the last failure of an activity that is being tried again', async () => {
    ports.usually('prepare', () => {
      throw ApplicationFailure.retryable('the disk is full', 'workspace_invalid');
    });
    const task = await start();
    await lab.until(task, () => ports.inputs('prepare').length > 1);
    const { lastError } = JSON.parse((await lab.cli(['status', task, '--json'])).stdout) as TaskStatus;
    expect(lastError).toMatchObject({ category: 'workspace_invalid' });
    expect(lastError?.message).toMatch(/prepare, attempt \d+: the disk is full/);
    await lab.cli(['cancel', task]);
  });

  it('says what to do about a turn that failed', async () => {
    const turn = { session: null, usage: noUsage, message: '401 from the model' };
    ports.next('runTurn', { kind: 'failed', category: 'not_logged_in', ...turn });
    const task = await start();
    await lab.until(task, ({ lastError }) => lastError !== null);
    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toMatch(
      /Last error\n {2}not_logged_in at .*\n {2}401 from the model\n *\n {2}What to do: Log in/,
    );
    await lab.cli(['retry', task]);
    await lab.until(task, waitsForDecision);
  });

  it('shows the output of a check that failed', async () => {
    ports.usually('verify', ({ sha, baseSha }) => testEvidence(sha, baseSha, [failedCheck]));
    const task = await start();
    await lab.until(task, ({ phase }) => phase === 'failed');
    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toContain('test: failed in 1.2 s');
    expect(page).toContain('1 + 1 is not 3');
    expect(page).toContain(`continuo retry ${task}`);
  });
});

describe('without a worker', () => {
  it('knows phase, title and wait from the records, and leaves a decision for later', async () => {
    await goUp();
    const task = await start('--title', 'Add them');
    const { headSha } = await lab.until(task, waitsForDecision);
    await lab.stopWorkers();

    const { exitCode, stdout, stderr } = await lab.cli(['status', task, '--json']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('No worker is running');
    const status = JSON.parse(stdout) as TaskStatus;
    expect(Object.keys(status).sort()).toEqual(statusFields.sort());
    expect(status).toMatchObject({ task, title: 'Add them', phase: 'review', headSha });
    expect(status.waiting).toMatchObject({ kind: 'decision', sha: headSha, round: 1 });
    expect(status.next).toContainEqual({ action: 'Let it land', command: `continuo approve ${task}` });

    const approval = await lab.cli(['approve', task]);
    expect(approval.exitCode).toBe(0);
    expect(approval.stdout).toContain('recorded; applies when a worker is up');
    // An Update that no worker took is lost with the server; a Signal is in the history.
    const { events } = await lab.env.client.workflow
      .getHandle(taskWorkflowId(lab.project, task))
      .fetchHistory();
    const signals = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(signals).toContain('decide');
    await goUp();
    const done = await lab.until(task, ({ phase }) => phase === 'done');
    await lab.stopWorkers();
    expect(done.history.filter(({ note }) => note.startsWith('approve'))).toHaveLength(1);
    expect(done.decisions).toMatchObject([{ verdict: 'approve', by: 'ann', sha: headSha, round: 1 }]);
  });

  it('starts a task that waits for a worker, and refuses a second one of the same name', async () => {
    const task = await start();
    const again = await lab.cli(['start', 'Other', '--id', task]);
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain(`continuo status ${task}`);
    expect((await lab.cli(['answer', task, 'Yes'])).stderr).toContain('no worker is running');
    await lab.env.client.workflow.getHandle(taskWorkflowId('shop', task)).terminate('clumsy');
    const status = JSON.parse((await lab.cli(['status', task, '--json'])).stdout) as TaskStatus;
    expect(status).toMatchObject({ phase: 'failed', next: [], lastError: { category: 'terminated' } });
    expect((await lab.cli(['cancel', task])).exitCode).toBe(4);
    expect((await lab.cli(['start', 'Anew', '--id', task, '--json'])).exitCode).toBe(0);
    const listed = JSON.parse((await lab.cli(['list', '--all', '--json'])).stdout) as {
      task: string;
      title: string;
    }[];
    expect(listed.filter((entry) => entry.task === task)).toMatchObject([{ title: 'Anew' }]);
  });

  it('keeps the start small and whole in the workflow', async () => {
    const { stdout } = await lab.cli(['start', "It's urgent", '--id', 'a/b', '--priority', '1', '--json']);
    const started = JSON.parse(stdout) as { workflowId: string };
    expect(started).toMatchObject({ task: 'a/b', project: 'shop', workflowId: 'task/shop/a/b' });
    const history = await lab.env.client.workflow.getHandle(started.workflowId).fetchHistory();
    const payload = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    const input = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as TaskInput;
    expect(input).toMatchObject({ project: 'shop', grant: null, forced: true, state: null });
    expect(input.issue).toMatchObject({ id: 'prompt:a/b', state: 'Todo', priority: 1, dispatchable: true });
    expect((await lab.cli(['status', 'a/b'])).stdout).toContain("It's urgent");
  });
});

describe('tasks that are not there', () => {
  it('end every command with 3', async () => {
    const commands = [
      ['status'],
      ['logs'],
      ['transcript'],
      ['diff'],
      ['approve'],
      ['answer', 'x'],
      ['cancel'],
      ['steer', 'x'],
    ];
    for (const [command = '', ...rest] of commands) {
      const { exitCode, stderr } = await lab.cli([command, 'nope', ...rest]);
      expect([command, exitCode]).toEqual([command, 3]);
      expect(stderr).toContain('there is no task "nope" in project "shop"');
      expect(stderr).toContain('continuo list --all');
    }
  });
});

describe('list', () => {
  it('has open tasks first, closed ones with --all, and the same as JSON', async () => {
    await goUp();
    const closed = await start('--title', 'Closed');
    await lab.until(closed, waitsForDecision);
    await lab.cli(['reject', closed, '-m', 'No']);
    await lab.until(closed, ({ phase }) => phase === 'rejected');
    const open = await start('--title', 'Open');
    await lab.until(open, waitsForDecision);
    await lab.stopWorkers();

    const some = (await lab.cli(['list'])).stdout;
    expect(some).toMatch(/^TASK +PHASE +WAITING FOR +TITLE +AGE\n/);
    expect(some).toMatch(new RegExp(`^${open} +review +decision +Open +\\d+ s$`, 'm'));
    expect(some).not.toContain(closed);
    const all = JSON.parse((await lab.cli(['list', '--all', '--json'])).stdout) as {
      task: string;
      closedAt: string | null;
    }[];
    expect(all.find(({ task }) => task === open)).toMatchObject({
      project: 'shop',
      title: 'Open',
      phase: 'review',
      waitingFor: 'decision',
      closedAt: null,
    });
    expect(all.find(({ task }) => task === closed)).toMatchObject({ phase: 'rejected', waitingFor: null });
    const firstClosed = all.findIndex(({ closedAt }) => closedAt !== null);
    expect(all.slice(firstClosed).every(({ closedAt }) => closedAt !== null)).toBe(true);
  });
});

describe('files of a task', () => {
  beforeAll(goUp);
  afterAll(() => lab.stopWorkers());

  it('prints transcript, check logs and diff, and says when they are on another host', async () => {
    const task = await start();
    await lab.until(task, waitsForDecision);
    const evidence = join(lab.runPath, 'evidence', 'abc');
    await mkdir(evidence, { recursive: true });
    await Promise.all([
      writeFile(join(lab.runPath, 'transcript.log'), 'turn 1\n'),
      writeFile(
        join(lab.runPath, 'diff.patch'),
        'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
      ),
      writeFile(join(evidence, 'test.log'), 'all good\n'),
    ]);
    expect((await lab.cli(['logs', task])).stdout).toBe('turn 1\n');
    expect((await lab.cli(['transcript', task])).stdout).toBe(`# ${task}\n\nturn 1\n`);
    expect((await lab.cli(['logs', task, '--checks'])).stdout).toBe('all good\n');
    expect((await lab.cli(['diff', task])).stdout).toContain('\n-a\n+b\n');
    expect((await lab.cli(['diff', task, '--stat'])).stdout).toBe('x  +1  -1\n1 file changed, +1 -1\n');
    expect(JSON.parse((await lab.cli(['diff', task, '--json'])).stdout)).toMatchObject({
      files: [{ path: 'x' }],
    });

    const elsewhere = await lab.cli(['diff', task], { env: { CONTINUO_HOST: 'laptop' } });
    expect(elsewhere.exitCode).toBe(1);
    expect(elsewhere.stderr).toContain(`on host host, in ${lab.runPath}; this is host laptop`);
  });

  it('follows the transcript until the task is over', async () => {
    const task = await start();
    await lab.until(task, waitsForDecision);
    const log = join(lab.runPath, 'transcript.log');
    await writeFile(log, 'first\n');
    const steps = [
      { seen: 'first\n', act: () => appendFile(log, 'second\n') },
      { seen: 'second\n', act: () => truncate(log).then(() => appendFile(log, 'anew\n')) },
      { seen: 'anew\n', act: () => lab.cli(['reject', task, '-m', 'No']) },
    ];
    const acts: Promise<unknown>[] = [];
    const { exitCode, stdout } = await lab.cli(['logs', task, '-f'], {
      onOutput(text) {
        while (steps[0] !== undefined && text.endsWith(steps[0].seen)) acts.push(steps.shift()!.act());
      },
    });
    await Promise.all(acts);
    expect([exitCode, stdout]).toEqual([0, 'first\nsecond\nanew\n']);
  });

  it('finds them without a worker', async () => {
    const task = await start();
    await lab.until(task, waitsForDecision);
    await lab.stopWorkers();
    await writeFile(join(lab.runPath, 'issue.json'), JSON.stringify({ identifier: task }));
    await writeFile(join(lab.runPath, 'transcript.log'), 'alone\n');
    expect((await lab.cli(['logs', task])).stdout).toBe('alone\n');
  });
});
