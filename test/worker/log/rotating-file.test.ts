import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendLine, makeRoom } from '../../../src/worker/log/rotating-file.js';

describe('a log file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-log-'));
    path = join(folder, 'up.log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(line: string, { maxBytes = 100, keep = 3 } = {}): void {
    makeRoom({ path, maxBytes, keep }, line);
    appendLine(path, line);
  }

  const linesOf = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');

  it('is put aside before it grows too large, and no line is lost or torn on the way', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index} ${'x'.repeat(20)}`);
    for (const line of lines) write(line, { keep: 50 });
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100);
    const ages = names.map((name) => Number(name.split('.')[2] ?? 0)).sort((a, b) => b - a);
    expect(ages.flatMap((age) => linesOf(age === 0 ? 'up.log' : `up.log.${age}`))).toEqual(lines);
  });

  it('keeps as many older ones as it is asked to, the newest as .1', () => {
    for (let index = 0; index < 30; index += 1) write(`line ${index} ${'x'.repeat(60)}`, { keep: 2 });
    expect(readdirSync(folder).sort()).toEqual(['up.log', 'up.log.1', 'up.log.2']);
    expect(linesOf('up.log.1')[0]).toContain('line 28');
    expect(linesOf('up.log.2')[0]).toContain('line 27');
  });

  it('takes a line that is larger than a whole file', () => {
    write('short');
    write('x'.repeat(500));
    write('after');
    expect([linesOf('up.log.2'), linesOf('up.log.1'), linesOf('up.log')]).toEqual([
      ['short'],
      ['x'.repeat(500)],
      ['after'],
    ]);
  });

  it('is for this user alone, and goes on where somebody has moved it away', () => {
    write('one');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    execFileSync('mv', [path, `${path}-mine`]);
    write('two');
    expect([linesOf('up.log-mine'), linesOf('up.log')]).toEqual([['one'], ['two']]);
  });

  it('stays behind a link', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real', 'log'), path);
    for (const line of ['one', 'two', 'three']) write(line.padEnd(70));
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'real')).sort()).toEqual(['log', 'log.1', 'log.2']);
  });

  it('refuses a folder, a full disk and a pipe that nobody reads, and does not wait for any', () => {
    mkdirSync(path);
    expect(() => write('one')).toThrow('EISDIR');
    expect(existsSync(`${path}.1`)).toBe(false);
    path = '/dev/full';
    expect(() => write('one')).toThrow('ENOSPC');
    path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(() => write('one')).toThrow('ENXIO');
    path = join(folder, 'none', 'up.log');
    expect(() => write('one')).toThrow('ENOENT');
  });

  it('leaves nothing of a line that has no room on the disk', () => {
    // A limit of the shell on the size of files stands for the disk: what is beyond it is not written.
    const program = join(folder, 'write.mjs');
    const source = join(process.cwd(), 'src/worker/log/rotating-file.ts');
    execFileSync(
      join(process.cwd(), 'node_modules/.bin/esbuild'),
      [source, '--format=esm', `--outfile=${program}`],
      { stdio: 'pipe' },
    );
    const run = join(folder, 'run.mjs');
    writeFileSync(
      run,
      `import { appendLine } from './write.mjs';
       process.on('SIGXFSZ', () => undefined);
       appendLine(process.argv[2], 'x'.repeat(700));
       try { appendLine(process.argv[2], 'y'.repeat(700)); } catch (error) { console.log(error.code); }
       appendLine(process.argv[2], 'z'.repeat(100));`,
    );
    const said = execFileSync('bash', [
      '-c',
      `ulimit -f 1; exec "$0" "$1" "$2"`,
      process.execPath,
      run,
      path,
    ]);
    expect(String(said).trim()).toBe('EFBIG');
    expect(linesOf('up.log')).toEqual(['x'.repeat(700), 'z'.repeat(100)]);
  });
});
