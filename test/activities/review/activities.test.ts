import { afterEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeContainment } from '../../../src/activities/keeper/containment/probe.js';
import { until } from '../../support/engine.js';
import { ReviewHost } from './host.js';

let host: ReviewHost;
afterEach(() => host.remove());

const open = (changes: Record<string, string> = { 'sum.js': 'one\ntwo\n' }) =>
  (host = new ReviewHost({ 'readme.md': 'hello\n' }, changes));
const nothing = `echo '{"findings": []}'`;
const counted = (script: string) => `printf x >> ${host.path('count')}; ${script}`;

describe('review', () => {
  it('runs the reviewer in a copy of exactly the commit, with the prompt on stdin', async () => {
    open();
    const run = `cat > ${host.path('prompt')}; cat sum.js > ${host.path('seen')}; git rev-parse HEAD >> ${host.path('seen')}; echo "$CONTINUO_TASK $CONTINUO_ROUND $CONTINUO_REVIEWER" >> ${host.path('seen')}; ${nothing}`;
    expect(await host.review(run)).toMatchObject({ kind: 'reviewed', findings: [] });
    expect(host.read('seen')).toBe(`one\ntwo\n${host.sha}\none 1 bugs\n`);
    expect(host.read('prompt')).toContain('Look for bugs in Add the numbers.');
  });

  it('leaves nothing behind but the outcome and the log', async () => {
    open();
    await host.review(`echo working; ${nothing}`);
    expect(readdirSync(host.runPath).sort()).toEqual(['issue.json', 'keepers', 'reviews', 'tmp']);
    expect(readdirSync(join(host.runPath, 'keepers'))).toEqual([]);
    expect(readdirSync(join(host.runPath, 'tmp'))).toEqual([]);
    const [log] = readdirSync(join(host.runPath, 'reviews')).filter((name) => name.endsWith('.log'));
    expect(readFileSync(join(host.runPath, 'reviews', log!), 'utf8')).toContain('working');
  });

  it('happens once for a workflow run, sha, round and reviewer', async () => {
    open();
    const run = counted(nothing);
    const first = await host.review(run);
    expect(await host.review(run)).toEqual(first);
    expect(host.read('count')).toBe('x');
    await host.review(run, {}, { round: 2 });
    expect(host.read('count')).toBe('xx');
    await host.review(run, {}, { reviewer: 'style' });
    expect(host.read('count')).toBe('xxx');
    const anew = new MockActivityEnvironment({ workflowExecution: { workflowId: 'test', runId: 'another' } });
    await host.review(run, {}, {}, anew);
    expect(host.read('count')).toBe('xxxx');
  });

  it('does not disturb another reviewer of the same round', async () => {
    open();
    const slow = `touch ${host.path('began')}; while [ ! -e ${host.path('go')} ]; do sleep 0.05; done; ${nothing}`;
    const other = host.review(counted(slow), {}, { reviewer: 'style' });
    await until(() => existsSync(host.path('began')));
    await host.review(nothing);
    writeFileSync(host.path('go'), '');
    expect(await other).toMatchObject({ kind: 'reviewed', findings: [] });
    expect(host.read('count')).toBe('x');
  });

  it('goes on with the reviewer whose worker leaves', async () => {
    open();
    const slow = counted(
      `ln -sf ${host.path('mine')} "$TMPDIR/change.diff"; touch ${host.path('began')}; while [ ! -e ${host.path('go')} ]; do sleep 0.05; done; cat sum.js >&2; ${nothing}`,
    );
    const activity = new MockActivityEnvironment({ attempt: 1 });
    const caught = host.review(slow, {}, {}, activity).catch((error: unknown) => error);
    await until(() => existsSync(host.path('began')));
    activity.cancel('WORKER_SHUTDOWN');
    expect(await caught).toMatchObject({ nextRetryDelay: '1ms', nonRetryable: false });
    expect(await host.running()).toHaveLength(1);

    const next = host.review(slow, {}, {}, new MockActivityEnvironment({ attempt: 2 }));
    writeFileSync(host.path('go'), '');
    expect(await next).toMatchObject({ kind: 'reviewed', findings: [] });
    expect(host.read('count')).toBe('x');
    expect(existsSync(host.path('mine'))).toBe(false);
  });

  it('begins again on a clean copy when the reviewer was cut off', async () => {
    open();
    const run = counted(`[ "$(cat ${host.path('count')})" = xx ] || sleep 600; cat sum.js >&2; ${nothing}`);
    const result = host.review(run);
    await until(() => host.read('count') === 'x');
    for (const { keeper } of await host.running()) process.kill(keeper.process.pid, 'SIGKILL');
    expect(await result).toMatchObject({ kind: 'reviewed', findings: [] });
    expect(host.read('count')).toBe('xx');
  });

  it('ends the reviewer when it is cancelled', async () => {
    open();
    const activity = new MockActivityEnvironment();
    const caught = host
      .review(`touch ${host.path('began')}; sleep 600`, {}, {}, activity)
      .catch((error: unknown) => error);
    await until(() => existsSync(host.path('began')));
    activity.cancel();
    expect(await caught).toBeInstanceOf(CancelledFailure);
    expect(await host.running()).toEqual([]);
  });

  it('keeps secrets out of what it returns', async () => {
    open();
    const env = { ...process.env, SHOP_TOKEN: 'hunter2hunter2' };
    const run = `echo '{"findings": [{"severity": "note", "claim": "it has hunter2hunter2 in it"}]}'`;
    expect(await host.review(run, { env })).toMatchObject({
      findings: [{ claim: 'it has [redacted] in it' }],
    });
  });
});

describe('a reviewer that gives no usable review', () => {
  const failing: [string, string, string][] = [
    ['prints nonsense', 'echo fine by me', 'does not end with a JSON object'],
    ['prints nothing', 'true', 'does not end with a JSON object'],
    ['repeats its prompt', 'cat', 'does not end with a JSON object'],
    ['repeats the form of an answer', "sed -n '/^{$/,/^}$/p'", 'severity'],
    ['prints JSON of another form', `echo '{"ok": true}'`, 'findings'],
    ['changes its mind', `echo '{"findings": []}'; echo 'No, wait'`, 'JSON'],
    ['is cut off in its answer', `echo '{"findings": []}'; echo '{"findings": [{"severity": "blo'`, 'JSON'],
    ['spoils its last answer', `echo '{"findings": []} or {"findings": [oops]}'`, 'JSON'],
    ['approves and exits with 1', `${nothing}; exit 1`, 'exit code 1'],
    ['is not there', 'no-such-reviewer', 'exit code 127'],
  ];

  it.each(failing)('has failed when it %s', async (_what, run, reason) => {
    open();
    expect(await host.review(run)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining(reason),
    });
  });

  it('has failed when it does not end in time', async () => {
    open();
    expect(await host.review(`${nothing}; sleep 600`, { timeoutMs: 300 })).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('did not end within 300 ms'),
    });
    expect(await host.running()).toEqual([]);
  });

  it('has failed when its prompt template does not fit', async () => {
    open();
    expect(await host.review(nothing, { prompt: '{{ issue.nothing }}' })).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('prompt template failed'),
    });
  });

  it('is asked once more', async () => {
    open();
    const second = `printf x >> ${host.path('count')}; [ "$(cat ${host.path('count')})" = xx ] || exit 1; ${nothing}`;
    expect(await host.review(second)).toMatchObject({ kind: 'reviewed', findings: [] });
    expect(await host.review(counted('exit 1'), {}, { round: 2 })).toMatchObject({ kind: 'failed' });
    expect(host.read('count')).toBe('xxxx');
  });
});

describe('the copy of a reviewer', () => {
  it('has no write bits', async () => {
    open({ 'folder/sum.js': 'one\n' });
    const run = `stat -c %a . folder folder/sum.js .git .git/HEAD > ${host.path('modes')}; ${nothing}`;
    await host.review(run);
    const modes = host.read('modes').trim().split('\n');
    expect(modes).toHaveLength(5);
    for (const mode of modes) expect(Number.parseInt(mode, 8) & 0o222).toBe(0);
  });

  it('cannot be written to where there is a sandbox, and nothing reaches the repository', async () => {
    const containment = await probeContainment({ writable: [], readable: [], host_ports: [] }, process.env);
    if (!containment.files) return;
    open();
    const tries = [
      'echo x >> sum.js',
      'touch new',
      'rm -f sum.js',
      'chmod -R u+w . && echo x > sum.js',
      'git commit --allow-empty -m x',
    ];
    const run = `${tries.map((one) => `(${one}) 2>/dev/null && echo "wrote by: ${one}"`).join('; ')}; cat sum.js; touch "$TMPDIR/mine" && echo temporary; ${nothing}`;
    expect(await host.review(run, { containment: '{}' })).toMatchObject({ kind: 'reviewed', findings: [] });
    const [log] = readdirSync(join(host.runPath, 'reviews')).filter((name) => name.endsWith('.log'));
    const printed = readFileSync(join(host.runPath, 'reviews', log!), 'utf8');
    expect(printed).toContain('one\ntwo\ntemporary\n');
    expect(printed).not.toContain('wrote by');
    expect(host.repository.git('rev-parse', 'HEAD')).toBe(host.sha);
  });
});
