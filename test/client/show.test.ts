import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import type { Manifest } from '../../src/config/evidence-file.js';
import type { Finding } from '../../src/domain/finding.js';
import type { TaskState } from '../../src/domain/task.js';
import { newTask } from '../../src/domain/task.js';
import {
  FakePorts,
  failedCheck,
  passedCheck,
  testConfig,
  testEvidence,
  testIssue,
} from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

const colors = pc.createColors(true);
/** Terminals are tried where there is a program that makes one. */
const onTerminal = existsSync('/usr/bin/script') && process.platform === 'linux' ? it : it.skip;

const patch = [
  'diff --git a/src/sum.ts b/src/sum.ts',
  '--- a/src/sum.ts',
  '+++ b/src/sum.ts',
  '@@ -1,2 +1,2 @@',
  '-const sum = one + two;',
  '+const sum = one - two;',
  ' export { sum };',
  '',
].join('\n');

const finding: Finding = {
  id: '1',
  severity: 'warning',
  file: 'src/sum.ts',
  line: 1,
  claim: 'A sum\x1b[8m is added up',
  evidence: 'one - two',
  suggestion: 'Use +',
  doubt: null,
  sources: ['correctness'],
  sha: 'a'.repeat(40),
  round: 1,
  resolution: { kind: 'open', refuted: null },
};
const findings: Finding[] = [
  finding,
  {
    ...finding,
    id: '2',
    severity: 'note',
    line: null,
    claim: 'The name is short',
    resolution: { kind: 'accepted', by: 'ann', at: '2026-01-01T00:00:00.000Z' },
  },
  {
    ...finding,
    id: '3',
    severity: 'blocking',
    file: 'a.ts',
    line: 7,
    claim: 'It is never called',
    suggestion: null,
  },
];

const config = testConfig({ human: 'always', agents: ['correctness'] });
let lab: Lab;
let file: string;

function waitingTask(identifier: string, changes: Partial<TaskState> = {}): TaskState {
  return {
    ...newTask('shop', testIssue({ identifier, title: `Do ${identifier}`, source: 'prompt' })),
    stage: { phase: 'review' },
    config,
    findingReturns: 2,
    reviews: [{ reviewer: 'correctness', sha: 'a'.repeat(40), round: 1, problem: null }],
    host: 'host',
    workspace: lab.workspace,
    headSha: 'a'.repeat(40),
    evidence: testEvidence('a', 'b', [passedCheck, failedCheck]),
    ...changes,
  };
}

beforeAll(async () => {
  lab = await openLab();
  file = join(lab.runPath, 'diff.patch');
  await writeFile(file, patch);
  await lab.startProject(config);
  await lab.startWorkers(() => new FakePorts());
  await lab.startTask(waitingTask('found', { findings }));
  await lab.startTask(waitingTask('clean'));
  await lab.until('found', ({ waiting }) => waiting !== null);
  await lab.until('clean', ({ waiting }) => waiting !== null);
});
afterAll(() => lab.close());

describe('diff', () => {
  it('hands the patch on byte by byte to a pipe', async () => {
    const odd = Buffer.from(`${patch}+caf\xe9\r\x1b[31m\n`, 'latin1');
    await writeFile(file, odd);
    const { stdout } = await lab.cli(['diff', 'found'], { encoding: 'latin1' });
    await writeFile(file, patch);
    expect(stdout).toBe(odd.toString('latin1'));
  });

  it('has the files and the findings as JSON beside the patch', async () => {
    const shown = JSON.parse((await lab.cli(['diff', 'found', '--json'])).stdout) as object;
    expect(shown).toEqual({
      task: 'found',
      file,
      files: [
        {
          path: 'src/sum.ts',
          kind: 'modified',
          oldPath: null,
          similarity: null,
          oldMode: null,
          newMode: null,
          added: 1,
          removed: 1,
          binary: false,
        },
      ],
      findings,
      patch,
    });
  });

  it('has colours, changed words and findings in place when it is asked to', async () => {
    const { stdout } = await lab.cli(['diff', 'found', '--color', 'always'], { env: { NO_COLOR: '1' } });
    const lines = stdout.split('\n');
    const changed = lines.indexOf(colors.green(`+const sum = one ${colors.inverse('-')} two;`));
    expect(changed).toBeGreaterThan(0);
    expect(lines[changed + 1]).toContain(`${colors.yellow('warning')}, open, raised by correctness`);
    expect(lines[changed + 2]).toContain('A sum^[[8m is added up');
    const plain = await lab.cli(['diff', 'found', '--color', 'always', '--no-word-diff']);
    expect(plain.stdout).toContain(colors.green('+const sum = one - two;'));
  });

  it('says clearly that nothing changed', async () => {
    await writeFile(file, '');
    const { exitCode, stdout, stderr } = await lab.cli(['diff', 'found']);
    await writeFile(file, patch);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('nothing changed: the work of task found is the same as its base');
  });

  onTerminal('is read in the pager on a terminal, by less as git has it', async () => {
    const paged = join(lab.folder, 'paged');
    const env = { PAGER: `{ echo "$LESS"; cat; } > ${paged}` };
    const { exitCode } = await (await lab.cliOnTerminal(['diff', 'found'], env)).end;
    expect(exitCode).toBe(0);
    const [less, ...lines] = (await readFile(paged, 'utf8')).split('\n');
    expect(less).toBe('FRX');
    expect(lines).toContain(colors.green(`+const sum = one ${colors.inverse('-')} two;`));

    const plain = await lab.cliOnTerminal(['diff', 'found'], { ...env, NO_COLOR: '1' });
    await plain.end;
    expect(await readFile(paged, 'utf8')).toContain('\n+const sum = one - two;\n  ┃ warning, open');

    const usual = await lab.cliOnTerminal(['diff', 'found'], { NO_COLOR: '1' });
    await usual.until((written) => written.includes('\n+const sum = one - two;'));
    // It is more than a page, so `less` waits.
    usual.type('q');
    expect((await usual.end).exitCode).toBe(0);
  });

  onTerminal('ends quietly when the pager is left early, and clearly when there is no such one', async () => {
    await writeFile(file, patch + ' same\n'.repeat(100_000));
    const early = await (await lab.cliOnTerminal(['diff', 'found'], { PAGER: 'head -1' })).end;
    await writeFile(file, patch);
    expect(early).toEqual({ exitCode: 0, written: `${colors.bold('src/sum.ts')}\r\n` });

    const missing = await (await lab.cliOnTerminal(['diff', 'found'], { PAGER: 'no-such-pager' })).end;
    expect(missing.exitCode).toBe(1);
    expect(missing.written).toContain('--no-pager');
    const without = await (
      await lab.cliOnTerminal(['diff', 'found', '--no-pager', '--stat'], { PAGER: 'no-such-pager' })
    ).end;
    expect(without.written).toBe('src/sum.ts  +1  -1\r\n1 file changed, +1 -1\r\n');
  });
});

describe('findings', () => {
  it('are listed with everything about them, the gravest first', async () => {
    const { stdout } = await lab.cli(['findings', 'found']);
    expect(stdout).toBe(
      [
        ...[
          'a.ts:7',
          '  blocking, open, raised by correctness',
          '  It is never called',
          '  evidence: one - two',
          '',
        ],
        ...[
          'src/sum.ts:1',
          '  warning, open, raised by correctness',
          '  A sum^[[8m is added up',
          '  evidence: one - two',
        ],
        ...['  suggestion: Use +', ''],
        ...[
          'src/sum.ts',
          '  note, accepted by ann, raised by correctness',
          '  The name is short',
          '  evidence: one - two',
        ],
        ...['  suggestion: Use +', '', '3 findings, 1 blocking, 2 open', ''],
      ].join('\n'),
    );
  });

  it('can be only the open ones, and JSON', async () => {
    const { stdout } = await lab.cli(['findings', 'found', '--open', '--json']);
    expect(JSON.parse(stdout)).toEqual({ task: 'found', findings: [findings[2], findings[0]] });
    expect((await lab.cli(['findings', 'clean'])).stderr).toContain('task clean has no findings');
  });
});

describe('evidence', () => {
  const older: Manifest = {
    version: 1,
    rules: 'r',
    overlay: true,
    activity: 'a',
    finishedAt: '2026-01-01T00:00:05.000Z',
    evidence: {
      ...testEvidence('1'.repeat(40), 'b'.repeat(40), [
        { ...failedCheck, log: 'evidence/1/test.log', tests: { total: 3, failed: 1, skipped: 0 } },
      ]),
      overlaid: ['.github/ci.yml'],
    },
  };
  const newer: Manifest = {
    ...older,
    overlay: false,
    finishedAt: '2026-01-02T00:00:05.000Z',
    evidence: testEvidence('2'.repeat(40), 'b'.repeat(40), [{ ...passedCheck, log: 'evidence/2/test.log' }]),
  };

  beforeAll(async () => {
    for (const [name, manifest] of [['1', older] as const, ['2', newer] as const]) {
      await mkdir(join(lab.runPath, 'evidence', name), { recursive: true });
      await writeFile(join(lab.runPath, 'evidence', name, 'manifest.json'), JSON.stringify(manifest));
      await writeFile(join(lab.runPath, 'evidence', name, 'test.log'), `log ${name}\n`);
    }
    // Of a verification that was cut off.
    await mkdir(join(lab.runPath, 'evidence', '3'));
  });

  it('says what was checked on which commit, the newest first', async () => {
    const { stdout } = await lab.cli(['evidence', 'found']);
    const [first = '', second = '', end = ''] = stdout.split('\n\n');
    expect(first).toMatch(new RegExp(`^${'2'.repeat(40)}  passed\n`));
    expect(first).toContain('  what      the commit as it is\n');
    expect(first).toMatch(/^ {2}test {3}passed +0 +1\.2 s +- +evidence\/2\/test\.log$/m);
    expect(second).toMatch(new RegExp(`^${'1'.repeat(40)}  did not pass\n`));
    expect(second).toContain(`  base      ${'b'.repeat(40)}\n`);
    expect(second).toContain('  overlaid  .github/ci.yml\n  tools     git 2.50\n');
    expect(second).toMatch(
      /^ {2}test {3}failed +1 +1\.2 s +3, 1 failed, 0 skipped +evidence\/1\/test\.log$/m,
    );
    expect(end).toBe(`The logs are in ${lab.runPath}\n`);
  });

  it('can be about one commit, and JSON', async () => {
    const shown = JSON.parse(
      (await lab.cli(['evidence', 'found', '--sha', '11', '--json'])).stdout,
    ) as object;
    expect(shown).toEqual({
      task: 'found',
      runPath: lab.runPath,
      evidence: [{ ...older.evidence, passed: false, overlay: true, finishedAt: older.finishedAt }],
    });
    const missing = await lab.cli(['evidence', 'found', '--sha', 'fff']);
    expect([missing.exitCode, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain('nothing was checked on a commit "fff"');
  });

  it('prints the newest log of a check, or that of a commit', async () => {
    expect((await lab.cli(['evidence', 'found', '--log', 'test'])).stdout).toBe('log 2\n');
    expect((await lab.cli(['evidence', 'found', '--log', 'test', '--sha', '1'])).stdout).toBe('log 1\n');
    const missing = await lab.cli(['evidence', 'found', '--log', 'lint']);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('no log of a check "lint": its checks are test');
  });
});

describe('status', () => {
  it('says in one sentence what is waited for, and since when', async () => {
    const page = (await lab.cli(['status', 'clean'])).stdout;
    expect(page).not.toContain('continuo findings');
    expect((await lab.cli(['status', 'found'])).stdout).toContain('continuo findings found');
    expect(page).toMatch(/^waits for a person to decide about a{12}: every change is decided by a person$/m);
    expect(page).toMatch(/^since +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, for \d+/m);
  });
});

describe('watch', () => {
  it('prints a line for each change where there is no terminal', async () => {
    await lab.startTask(waitingTask('piped'));
    await lab.until('piped', ({ waiting }) => waiting !== null);
    const acts: Promise<unknown>[] = [];
    let isStopped = false;
    const { exitCode, stdout } = await lab.cliProcess(['watch', '--interval', '0.5', '--json'], {
      onOutput(text, pid) {
        if (acts.length === 0 && text.includes('"task":"piped"')) {
          acts.push(lab.cli(['reject', 'piped', '-m', 'No']));
        }
        if (!isStopped && text.includes('"phase":"rejected"')) isStopped = process.kill(pid, 'SIGINT');
      },
    });
    await Promise.all(acts);
    expect(exitCode).toBe(0);
    const changes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { task: string; phase: string });
    const about = (task: string) => changes.filter((change) => change.task === task);
    expect(about('piped')[0]).toMatchObject({
      title: 'Do piped',
      phase: 'review',
      round: 1,
      checks: { passed: 1, total: 2 },
      needsPerson: true,
      isOver: false,
    });
    expect(about('piped').at(-1)).toMatchObject({ phase: 'rejected', needsPerson: false, isOver: true });
    expect(about('clean')).toHaveLength(1);
  });

  onTerminal('draws a table that fits the terminal, and leaves the last one there', async () => {
    await lab.startTask(waitingTask('drawn'));
    await lab.until('drawn', ({ waiting }) => waiting !== null);
    const terminal = await lab.cliOnTerminal(['watch', '--interval', '0.5'], { NO_COLOR: '1' });
    const row = /drawn +review +1 +1 of 2 +\d+ s +\d+ s +a person to decide about a{12}: every/;
    await terminal.until((written) => row.test(written));
    expect((await lab.cli(['reject', 'drawn', '-m', 'No'])).exitCode).toBe(0);
    await terminal.until((written) => /drawn +rejected/.test(written));
    await terminal.resize(70, 5);
    await terminal.until((written) => written.includes('and 2 more'));
    terminal.type('q');
    const { exitCode, written } = await terminal.end;
    expect(exitCode).toBe(0);

    const [drawn = '', left = ''] = written.split('\x1b[?1049l');
    expect(drawn).toMatch(/^\x1b\[\?1049h\x1b\[\?25l/); // eslint-disable-line no-control-regex
    const lines = left.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^shop: 2 open tasks, 2 wait for a person$/);
    expect(lines[1]).toMatch(/^TASK +PHASE +ROUND +CHECKS +ELAPSED +WAITING +WAITS FOR$/);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70);
  });

  onTerminal('ends with Ctrl-C, and gives the keyboard back', async () => {
    const terminal = await lab.cliOnTerminal(['watch'], {});
    await terminal.until((written) => written.includes('clean'));
    terminal.type('\x03');
    const { exitCode, written } = await terminal.end;
    expect(exitCode).toBe(0);
    expect(written.split('\x1b[?1049l')[1]).toContain('clean');
  });
});
