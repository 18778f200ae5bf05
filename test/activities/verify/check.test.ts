import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesOf } from '../../../src/activities/attempt.js';
import { heartbeating } from '../../../src/activities/heartbeat.js';
import { endProgram, runningIn } from '../../../src/activities/keeper/strays.js';
import type { Check } from '../../../src/activities/verify/check.js';
import { runCheck } from '../../../src/activities/verify/check.js';
import { parseConfig } from '../../../src/config/parse.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { CheckResult } from '../../../src/domain/evidence.js';
import { until } from '../../support/engine.js';

let root: string;
let folder: string;
let runPath: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-test-'));
  folder = join(root, 'checkout');
  runPath = join(root, 'run');
  mkdirSync(folder);
  mkdirSync(runPath);
});
afterEach(async () => {
  await Promise.all((await runningIn(placesOf(runPath))).map(endProgram));
  rmSync(root, { recursive: true, force: true });
});

const config = parseConfig(
  '/project/WORKFLOW.md',
  `---
tracker: { kind: file }
repository: { url: . }
land: { mode: merge }
containment: { level: none }
agent: { kind: command }
command: { run: agent }
verify: { checks: [{ name: test, run: npm test }], env: [WANTED] }
---
`,
  {},
);

/** Runs the check in an attempt of an activity. */
async function attemptCheck(
  script: string,
  more: Partial<Check> = {},
  env = process.env,
  activity = new MockActivityEnvironment(),
): Promise<CheckResult | null> {
  return activity.run(() =>
    heartbeating((_signal, attempt) =>
      runCheck({
        check: { name: 'test', run: script, timeout_ms: 30_000, ...more },
        config,
        host: { env, paths: dataPaths(join(root, 'data')) },
        folder,
        temporary: join(root, 'tmp'),
        runPath,
        identifier: 'SHOP-1',
        place: join(placesOf(runPath), 'check'),
        log: 'test.log',
        attempt,
      }),
    ),
  );
}

/** The same for a check that has a result. */
async function check(...args: Parameters<typeof attemptCheck>): Promise<CheckResult> {
  const result = await attemptCheck(...args);
  if (result === null) throw new Error('the check was cut off');
  return result;
}

const passingReport = '<testsuite><testcase name="a"/></testsuite>';
const writesReport = (text: string) => `mkdir -p out; echo '${text}' > out/junit.xml`;

describe('runCheck', () => {
  it('passes on exit code 0, in the checkout, with the whole output in the log', async () => {
    expect(await check('pwd; echo fine')).toEqual({
      name: 'test',
      command: 'pwd; echo fine',
      kind: 'passed',
      exitCode: 0,
      durationMs: expect.any(Number),
      tests: null,
      log: 'test.log',
      tail: '',
    });
    expect(readFileSync(join(runPath, 'test.log'), 'utf8')).toBe(`${folder}\nfine\n`);
  });

  it('fails with the exit code and the last lines', async () => {
    const result = await check('seq 100; exit 3');
    expect(result).toMatchObject({ kind: 'failed', exitCode: 3 });
    expect(result.tail.split('\n')).toEqual(Array.from({ length: 40 }, (_, n) => String(n + 61)));
  });

  it.each(['false\ntrue', 'false | cat', 'if false; then true; fi; missing-program-xyz; true'])(
    'fails when a command in the middle fails: %j',
    async (script) => {
      expect(await check(script)).toMatchObject({ kind: 'failed' });
    },
  );

  it('keeps no more than 4 KB of the output in its result', async () => {
    const { tail } = await check('yes ü | head -c 99999 | tr -d "\\n"; exit 1');
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4_096);
    expect(new Set(tail)).toEqual(new Set('ü'));
  });

  it('reports a check that does not end, and what it said', async () => {
    const result = await check('echo waiting; sleep 1000', { timeout_ms: 1_000 });
    expect(result).toMatchObject({ kind: 'timed_out', exitCode: null });
    expect(result.tail).toBe('The check did not end within 1000 ms.\nwaiting');
  });

  it('says by which signal a check was ended', async () => {
    expect(await check('kill -9 $$')).toMatchObject({ kind: 'failed', tail: 'It was ended by SIGKILL.' });
  });

  it('ends when it is cancelled, with its reason', async () => {
    const activity = new MockActivityEnvironment();
    const caught = check('touch started; sleep 1000', {}, process.env, activity).catch(
      (error: unknown) => error,
    );
    await until(() => existsSync(join(folder, 'started')));
    activity.cancel();
    expect(await caught).toBeInstanceOf(CancelledFailure);
    expect(await runningIn(placesOf(runPath))).toEqual([]);
  });

  it('shows the check no secret of the worker', async () => {
    const env = { ...process.env, TEMPORAL_API_KEY: 'canary', GITHUB_TOKEN: 'canary', WANTED: 'yes' };
    await check('env > env.txt', {}, env);
    const seen = readFileSync(join(folder, 'env.txt'), 'utf8');
    expect(seen).not.toContain('canary');
    expect(seen).toContain('WANTED=yes');
    expect(seen).toContain('CI=true');
    expect(seen).toContain(`TMPDIR=${root}/tmp`);
  });

  it('keeps secrets that a check prints in its log alone', async () => {
    const result = await check('echo "the key is $WANTED"; exit 1', {}, { ...process.env, WANTED: 'canary' });
    expect(result.tail).toBe('the key is [redacted]');
    expect(readFileSync(join(runPath, 'test.log'), 'utf8')).toBe('the key is canary\n');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('has no result when its keeper is ended by %s', async (signal) => {
    const running = attemptCheck('touch started; sleep 1000');
    await until(() => existsSync(join(folder, 'started')));
    for (const { keeper } of await runningIn(placesOf(runPath))) process.kill(keeper.process.pid, signal);
    expect(await running).toBeNull();
    expect(await attemptCheck('true')).toBeNull();
  });

  describe('with a report', () => {
    const report = 'out/junit.xml';

    it('counts its tests', async () => {
      const result = await check(writesReport(passingReport), { report });
      expect(result).toMatchObject({ kind: 'passed', tests: { total: 1, failed: 0, skipped: 0 } });
    });

    it.each([
      ['is not there', 'true', /did not write it/],
      ['is broken', writesReport('<testsuite>'), /no XML/],
      ['has no test', writesReport('<testsuites/>'), /no test ran/],
      [
        'has skipped tests only',
        writesReport('<testsuite><testcase><skipped/></testcase></testsuite>'),
        /no test ran/,
      ],
    ])('is invalid when the report %s', async (_, script, tail) => {
      expect(await check(script, { report })).toMatchObject({
        kind: 'invalid',
        exitCode: 0,
        tail: expect.stringMatching(tail),
      });
    });

    it('fails when the report has failures, though the exit code is 0', async () => {
      const script = writesReport('<testsuite><testcase><failure/></testcase></testsuite>');
      expect(await check(script, { report })).toMatchObject({
        kind: 'failed',
        exitCode: 0,
        tests: { failed: 1 },
      });
    });

    it('takes no report that came with the commit for one of the check', async () => {
      mkdirSync(join(folder, 'out'));
      writeFileSync(join(folder, report), passingReport);
      expect(await check('true', { report })).toMatchObject({ kind: 'invalid' });
    });

    it.each(['../run/junit.xml', '/out/junit.xml', 'out/../../run/junit.xml'])(
      'takes no report at %s, and removes nothing there',
      async (outside) => {
        writeFileSync(join(runPath, 'junit.xml'), passingReport);
        const result = await check('true', { report: outside });
        expect(result).toMatchObject({
          kind: 'invalid',
          tail: expect.stringContaining('inside the checkout'),
        });
        expect(existsSync(join(runPath, 'junit.xml'))).toBe(true);
      },
    );

    it('takes no report from behind a link out of the checkout', async () => {
      writeFileSync(join(runPath, 'junit.xml'), passingReport);
      const result = await check(`ln -s ${runPath} out`, { report });
      expect(result).toMatchObject({ kind: 'invalid', tests: null });
    });

    it('removes nothing outside the checkout when the commit has a link in the way', async () => {
      mkdirSync(join(root, 'outside'));
      writeFileSync(join(root, 'outside', 'junit.xml'), passingReport);
      symlinkSync(join(root, 'outside'), join(folder, 'out'));
      expect(await check('true', { report })).toMatchObject({ kind: 'invalid' });
      expect(existsSync(join(root, 'outside', 'junit.xml'))).toBe(true);
    });
  });
});
