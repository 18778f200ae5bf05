import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesOf } from '../../src/activities/attempt.js';
import { heartbeating } from '../../src/activities/heartbeat.js';
import type { HookOutcome } from '../../src/activities/hooks.js';
import { runHook } from '../../src/activities/hooks.js';
import { listProcesses } from '../../src/activities/keeper/processes.js';
import { endProgram, runningIn } from '../../src/activities/keeper/strays.js';
import { parseConfig } from '../../src/config/parse.js';
import { until } from '../support/engine.js';

let folder: string;
let workspace: string;
let logged: string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hooks-test-')));
  workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  logged = [];
});
afterEach(async () => {
  await Promise.all((await runningIn(places())).map(endProgram));
  rmSync(folder, { recursive: true, force: true });
});

function run(
  script: string,
  more: { timeoutMs?: number; env?: NodeJS.ProcessEnv; activity?: MockActivityEnvironment } = {},
): Promise<HookOutcome> {
  const text = `---
tracker: { kind: file, provider: { token: $TRACKER_TOKEN } }
repository: { url: . }
land: { mode: merge }
agent: { kind: command }
command: { run: agent }
hooks: { after_create: ${JSON.stringify(script)}, timeout_ms: ${more.timeoutMs ?? 30_000} }
---
`;
  const log = (message: string) => void logged.push(message);
  const activity = more.activity ?? new MockActivityEnvironment();
  return activity.run(() =>
    heartbeating((_signal, attempt) =>
      runHook({
        name: 'after_create',
        config: parseConfig(join(folder, 'WORKFLOW.md'), text, {}),
        identifier: 'SHOP-1',
        workspace,
        runPath: join(folder, 'run'),
        env: more.env ?? process.env,
        log: { debug: log, info: log, warn: log, error: log },
        place: join(places(), 'after_create'),
        attempt,
      }),
    ),
  );
}

const places = () => placesOf(join(folder, 'run'));
const attempt = (number: number) => new MockActivityEnvironment({ attempt: number });

const hooksLog = () => readFileSync(join(folder, 'run', 'hooks.log'), 'utf8');

describe('runHook', () => {
  it('runs the script in the workspace and keeps its output in hooks.log (HK-01, HK-06, HK-08)', async () => {
    expect(await run('pwd; echo oops >&2')).toEqual({ kind: 'ok' });
    expect(hooksLog()).toMatch(/^== after_create in .*\n.*workspace\noops\n== after_create ended well/);
    expect(logged).toEqual(['hook started']);
  });

  it('skips a hook without a script', async () => {
    expect(await run('  ')).toEqual({ kind: 'skipped' });
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  it('says which hook failed, how, its last lines and where the log is (HK-06)', async () => {
    const outcome = await run('seq 1000; echo no disk >&2; exit 7');
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('no disk') });
    const message = outcome.kind === 'failed' ? outcome.message : '';
    expect(message).toContain('after_create failed with exit code 7');
    expect(message).toContain(join(folder, 'run', 'hooks.log'));
    expect(message.length).toBeLessThan(1_500);
    expect(logged).toContain('hook failed');
  });

  it('keeps head and tail of a hook that writes 100 MB, and a message of a few lines (HK-06)', async () => {
    const outcome = await run('echo first; yes 0123456789abcdef | head -c 100000000; echo no disk; exit 7');
    const message = outcome.kind === 'failed' ? outcome.message : '';
    expect(message).toContain('after_create failed with exit code 7');
    expect(message).toContain('no disk');
    expect(message.length).toBeLessThan(1_500);
    const text = hooksLog();
    expect(text).toMatch(/^== after_create in .*\nfirst\n/);
    expect(text).toMatch(/\[\.\.\. \d+ bytes left out \.\.\.\]/);
    expect(text.length).toBeLessThan(1.1 * 1024 * 1024);
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      expect(lstatSync(join(folder, file)).size).toBeLessThan(1.1 * 1024 * 1024);
  });

  it('ends a hook that hangs, with what it started (HK-07)', async () => {
    const outcome = await run('sleep 1000 & echo $! > pid; wait', { timeoutMs: 2_000 });
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('within 2000 ms') });
    const pid = Number(readFileSync(join(workspace, 'pid'), 'utf8'));
    expect((await listProcesses()).filter((candidate) => candidate.pid === pid)).toEqual([]);
  });

  it("gives the operator's environment without the tracker's and Temporal's secrets", async () => {
    const env = { ...process.env, OWN: 'yes', TRACKER_TOKEN: 'canary', TEMPORAL_API_KEY: 'canary' };
    await run('env > env.txt', { env });
    const seen = readFileSync(join(workspace, 'env.txt'), 'utf8');
    expect(seen).toContain('OWN=yes');
    expect(seen).not.toContain('canary');
  });

  it('stops with the reason of a cancellation, and nothing of it runs on', async () => {
    const activity = attempt(1);
    const caught = run('touch started; sleep 1000', { activity }).catch((error: unknown) => error);
    await until(() => existsSync(join(workspace, 'started')));
    activity.cancel();
    expect(await caught).toBeInstanceOf(CancelledFailure);
    expect(await runningIn(places())).toEqual([]);
  });

  it('goes on when the worker leaves, and the next attempt takes its result', async () => {
    const script = 'echo started >> order; until [ -e go ]; do sleep 0.02; done; echo no disk; exit 7';
    const activity = attempt(1);
    const caught = run(script, { activity }).catch((error: unknown) => error);
    await until(() => existsSync(join(workspace, 'order')));
    activity.cancel('WORKER_SHUTDOWN');
    expect(await caught).toMatchObject({ nextRetryDelay: '1ms', nonRetryable: false });
    expect(await runningIn(places())).toHaveLength(1);

    const next = run(script, { activity: attempt(2) });
    writeFileSync(join(workspace, 'go'), '');
    const failed = { kind: 'failed', message: expect.stringContaining('exit code 7; its output is in') };
    expect(await next).toMatchObject(failed);
    expect(await run(script, { activity: attempt(3) })).toMatchObject(failed);
    expect(readFileSync(join(workspace, 'order'), 'utf8')).toBe('started\n');
  });

  it('runs again when its keeper was lost', async () => {
    const script = 'echo started >> order; [ -e go ] || sleep 1000';
    const running = run(script);
    await until(() => existsSync(join(workspace, 'order')));
    writeFileSync(join(workspace, 'go'), '');
    for (const { keeper } of await runningIn(places())) process.kill(keeper.process.pid, 'SIGKILL');
    expect(await running).toEqual({ kind: 'ok' });
    expect(readFileSync(join(workspace, 'order'), 'utf8')).toBe('started\nstarted\n');
  });

  it('fails, and does not throw, when the workspace is gone', async () => {
    rmSync(workspace, { recursive: true });
    expect(await run('true')).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/invalid_workspace_cwd: .*workspace is gone/),
    });
  });

  it('runs nothing where a link has taken the place of the workspace', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    rmSync(workspace, { recursive: true });
    symlinkSync(elsewhere, workspace);
    expect(await run('touch ran')).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('invalid_workspace_cwd'),
    });
    expect(existsSync(join(elsewhere, 'ran'))).toBe(false);
  });

  it('shows no secret of the operator in its message, only in the log', async () => {
    const env = { ...process.env, DEPLOY_TOKEN: 'canary-of-deploy' };
    const outcome = await run('echo $DEPLOY_TOKEN; exit 1', { env });
    expect(outcome).toMatchObject({ message: expect.stringContaining('[redacted]') });
    expect(JSON.stringify(outcome)).not.toContain('canary');
    expect(hooksLog()).toContain('canary-of-deploy');
  });

  it('takes a hook that ended well for that, though its log is on a full disk', async () => {
    if (!existsSync('/dev/full')) return;
    mkdirSync(join(folder, 'run'));
    symlinkSync('/dev/full', join(folder, 'run', 'hooks.log'));
    expect(await run('echo output; touch ran')).toEqual({ kind: 'ok' });
    expect(existsSync(join(workspace, 'ran'))).toBe(true);
  });
});
