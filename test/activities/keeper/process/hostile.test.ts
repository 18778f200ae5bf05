import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KeeperSpec } from '../../../../src/activities/keeper/protocol.js';
import type { KeptProgram, Rig } from './rig.js';
import { createRig, hasNamespaces, lines, lives, namespace, until, withCookie } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.end());

/** Bounded memory: what a keeper needs at rest, and some room for the longest lines. */
const mostKilobytes = 200_000;

const bash = (script: string, more: Partial<KeeperSpec> = {}) =>
  rig.start({ argv: ['bash', '-c', script], ...more });
const file = (name: string) => join(rig.folder, name);
const output = () => readFileSync(file('output'), 'utf8');
const outLines = (keeper: KeptProgram, d: 'out' | 'err' = 'out') =>
  keeper.records().flatMap((record) => (record.d === d ? record.s : []));

describe('output', () => {
  it('of 1 GB is held to its file, and to little memory', async () => {
    const keeper = bash(
      'head -c 1G /dev/zero; touch written; while [ ! -e measured ]; do sleep 0.02; done; echo last',
    );
    await until(() => existsSync(file('written')));
    expect(keeper.status('VmHWM')).toBeLessThan(mostKilobytes);
    writeFileSync(file('measured'), '');
    expect(await keeper.over).toBe(0);
    expect(keeper.exit()).toMatchObject({ ending: { kind: 'exited', exitCode: 0 }, outputProblem: null });
    expect(statSync(file('output')).size).toBeLessThan((1 << 20) + 100);
    expect(output().endsWith('last\n')).toBe(true);
  });

  it('of 1 GB in lines ends as output_limit, with little memory, and every line until then is there', async () => {
    const keeper = bash('yes 0123456789 | head -c 1G', {
      io: { kind: 'lines', journalLimitBytes: 20_000_000 },
    });
    const reader = await keeper.attach();
    await reader.next('grew');
    let peak = 0;
    await until(() => {
      if (existsSync(join(keeper.folder, 'exit.json'))) return true;
      // A process that has just ended has no memory.
      peak = keeper.status('VmHWM') || peak;
      return false;
    });
    expect(await keeper.over).toBe(0);
    expect(keeper.exit().ending).toEqual({ kind: 'output_limit' });
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(mostKilobytes);
    const records = keeper.records();
    expect(records.every(({ n }, index) => n === index + 1)).toBe(true);
    expect(new Set(outLines(keeper))).toEqual(new Set(['0123456789']));
    expect(statSync(join(keeper.folder, 'journal.log')).size).toBeGreaterThan(20_000_000);
  });

  it('of a 10 MB line and of both streams is whole (AGT-03, AGT-09)', async () => {
    const script = `head -c 10000000 /dev/zero | tr '\\0' x; echo; echo err >&2; printf 'r\\xc3'; sleep 0.1; printf '\\xbcn\\n\\xff\\n'; printf end`;
    const keeper = bash(script, { io: lines });
    expect(await keeper.over).toBe(0);
    const out = outLines(keeper);
    expect(out.slice(-3)).toEqual(['rün', '\ufffd', 'end']);
    expect(out.slice(0, -3).join('') === 'x'.repeat(10_000_000)).toBe(true);
    expect(outLines(keeper, 'err')).toEqual(['err']);
  });

  it('goes to real pipes, with input from a file or a pipe', async () => {
    const keeper = bash('cat; echo two > /dev/stderr; echo three > /dev/stdout', {
      io: { kind: 'output', stdin: 'one\n', file: file('output'), limitBytes: 1_000 },
    });
    await keeper.over;
    expect(output()).toBe('one\ntwo\nthree\n');
    const talker = bash('cat /dev/stdin > got; echo two > /dev/stdout', { io: lines });
    const client = await talker.attach(1);
    await client.write('k', 'one');
    // A pipe with a name cannot be opened any more once nobody writes to it.
    await until(() => existsSync(file('got')) && readFileSync(file('got'), 'utf8') === 'one\n');
    client.send({ op: 'close', reason: 'end of input', graceMs: 30_000 });
    await client.next('exit');
    expect(outLines(talker)).toEqual(['two']);
  });

  it('that is closed is no end', async () => {
    const keeper = bash('exec >&- 2>&-; sleep 0.2; touch mark; exit 5', { io: lines });
    await keeper.over;
    expect(keeper.exit().ending).toMatchObject({ exitCode: 5 });
    expect(existsSync(file('mark'))).toBe(true);
  });
});

describe('a program', () => {
  it('that never reads is given what fits; the rest is refused and not journalled', async () => {
    const keeper = bash('sleep 1000', { io: lines });
    const client = await keeper.attach(1);
    const line = 'x'.repeat(1_000_000);
    let key = 0;
    let last = await client.write(`k${key}`, line);
    while (last.ev === 'ack' && key < 100) last = await client.write(`k${(key += 1)}`, line);
    expect(last).toMatchObject({ ev: 'error', code: 'BUSY' });
    expect(keeper.records().length).toBe(key);
    expect(keeper.status('VmRSS')).toBeLessThan(mostKilobytes);
    client.send({ op: 'close', reason: 'enough' });
    await client.next('exit');
  });

  it('that closed its input is sent nothing more', async () => {
    const keeper = bash('exec <&-; echo closed; sleep 1000', { io: lines });
    const client = await keeper.attach(1);
    await until(() => outLines(keeper).includes('closed'));
    let key = 0;
    await until(async () => (await client.write(`k${(key += 1)}`, 'x')).ev === 'error');
    expect(await client.write('again', 'x')).toMatchObject({ code: 'ENDED' });
  });

  it('is ended with sessions, orphans and a thousand grandchildren, whatever they ignore', async () => {
    const script = `
      trap '' TERM
      for i in $(seq 1000); do sleep 1000 & done
      (setsid bash -c 'trap "" TERM; while :; do sleep 1; done' > /dev/null 2>&1 &)
      (setsid env -i /bin/sleep 1000 & wait) &
      echo ready; wait`;
    const keeper = bash(script, { io: lines });
    const client = await keeper.attach(1);
    await until(() => outLines(keeper).includes('ready'));
    const all = await withCookie(rig.folder);
    expect(all.length).toBeGreaterThan(1000);
    client.send({ op: 'close', reason: 'cancelled' });
    await client.next('exit');
    expect(await withCookie(rig.folder)).toEqual([]);
  });

  it('that has exited leaves nothing behind, and its output is not waited for', async () => {
    const keeper = bash('(setsid sleep 1000 & echo $! > pid); echo done; exit 3');
    expect(await keeper.over).toBe(0);
    expect(keeper.exit().ending).toEqual({ kind: 'exited', exitCode: 3, signal: null });
    expect(output()).toBe('done\n');
    expect(await lives(Number(readFileSync(file('pid'), 'utf8')))).toBe(false);
  });

  const itInNamespace = hasNamespaces ? it : it.skip;
  itInNamespace('in a PID namespace is ended with all inside', async () => {
    const script = `(setsid env -i /bin/sleep 1000 &); echo ready; trap '' TERM; while :; do sleep 0.1; done`;
    const keeper = rig.start({ argv: [...namespace, 'bash', '-c', script], io: lines });
    await until(() => outLines(keeper).includes('ready'));
    keeper.signal('SIGTERM');
    expect(await keeper.over).toBe(0);
    expect(keeper.exit().ending.kind).toBe('closed');
    expect(await withCookie(rig.folder)).toEqual([]);
  });

  it('that writes into the folder of its keeper cannot change how its end is told', async () => {
    const fake = '{"ending":{"kind":"exited","exitCode":0,"signal":null}}';
    const keeper = bash(
      `cd "$PLACE"; echo '{"n":1}' >> journal.log; rm -f sock exit.json.draft
       mkdir exit.json; ln -s "$PLACE/elsewhere" exit.json.draft; echo '${fake}' > exit.json/x; exit 9`,
      { io: lines, env: { PATH: process.env.PATH ?? '', PLACE: join(rig.folder, 'gen-1') } },
    );
    expect(await keeper.over).toBe(0);
    expect(keeper.exit()).toMatchObject({
      ending: { kind: 'exited', exitCode: 9 },
      outputProblem: 'the journal was changed by somebody else',
    });
    expect(existsSync(join(keeper.folder, 'elsewhere'))).toBe(false);
  });

  it('that fills both sockets with endless lines costs little memory, and shuts nobody out', async () => {
    const tool = { name: 'ask', description: 'Asks', inputSchema: { type: 'object' } };
    const keeper = rig.start({ argv: ['cat'], io: lines, tools: [tool] });
    const endless = Buffer.alloc(15_000_000, 'x');
    const flood = async (name: 'sock' | 'tools', count: number) => {
      const clients = await Promise.all(Array.from({ length: count }, () => keeper.connect(name)));
      for (const { socket } of clients) socket.write(endless);
    };
    await flood('sock', 60);
    await flood('tools', 60);
    const client = await keeper.attach(1);
    expect(await client.write('k', 'still here')).toMatchObject({ ev: 'ack' });
    await until(() => outLines(keeper).includes('still here'));
    expect(keeper.status('VmHWM')).toBeLessThan(mostKilobytes);
  });

  it('has just the environment of the specification, and the cookie; the umask is not the keeper’s', async () => {
    const keeper = bash('env | cut -d= -f1 | sort; umask', {
      env: { PATH: process.env.PATH ?? '', CANARY: 'x' },
    });
    await keeper.over;
    const mask = execFileSync('bash', ['-c', 'umask'], { encoding: 'utf8' });
    expect(output()).toBe(`CANARY\nCONTINUO_PROGRAM\nPATH\nPWD\nSHLVL\n_\n${mask}`);
  });
});

describe('a full disk', () => {
  /** The size of any file that the keeper writes is limited, which fails as a full disk does. */
  const limited = (bytes: number) => ({ prefix: ['prlimit', `--fsize=${bytes}:unlimited`, '--'] });
  const more = (pid: number) => execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(pid)]);

  it('holds the program back, refuses lines, and goes on without a loss when there is room', async () => {
    const keeper = rig.start(
      {
        argv: ['bash', '-c', 'for i in $(seq 20000); do echo "line $i"; done; touch written; cat'],
        io: lines,
      },
      limited(100_000),
    );
    const client = await keeper.attach(1);
    expect(await client.next('stalled')).toEqual({ ev: 'stalled', code: 'EFBIG' });
    expect(await client.write('k', 'x')).toMatchObject({ code: 'DISK', key: 'k' });
    expect(await (await keeper.attach()).next('hello')).toMatchObject({ stalled: 'EFBIG' });
    expect(existsSync(file('written'))).toBe(false);
    more(keeper.pid);
    await until(() => existsSync(file('written')));
    await until(async () => (await client.write('k', 'after')).ev === 'ack');
    client.send({ op: 'close', reason: 'done', graceMs: 30_000 });
    await client.next('exit');
    expect(outLines(keeper)).toEqual([...Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}`), 'after']);
    expect(keeper.records().every(({ n }, index) => n === index + 1)).toBe(true);
  });

  it('is waited for when the program has exited, but not by somebody who wants the end', async () => {
    const script = 'for i in $(seq 2000); do echo "line $i"; done';
    const keepers = [1, 2].map(() => rig.start({ argv: ['bash', '-c', script], io: lines }, limited(20_000)));
    const [patient, closed] = keepers;
    for (const keeper of keepers) {
      const client = await keeper.attach(1);
      if ((await client.next('hello')).stalled === null) await client.next('stalled');
    }
    closed!.signal('SIGTERM');
    expect(await closed!.over).toBe(0);
    expect(closed!.exit().outputProblem).toContain('EFBIG');
    expect(existsSync(join(patient!.folder, 'exit.json'))).toBe(false);
    more(patient!.pid);
    expect(await patient!.over).toBe(0);
    expect(patient!.exit()).toMatchObject({ ending: { kind: 'exited', exitCode: 0 }, outputProblem: null });
    expect(outLines(patient!).length).toBe(2000);
  });

  it('ends no program whose output goes to a file', async () => {
    const keeper = rig.start({ argv: ['bash', '-c', 'yes | head -c 200000; exit 3'] }, limited(50_000));
    expect(await keeper.over).toBe(0);
    expect(keeper.exit()).toMatchObject({
      ending: { kind: 'exited', exitCode: 3 },
      outputProblem: expect.stringContaining('EFBIG'),
    });
  });
});
