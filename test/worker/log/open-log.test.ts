import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostLogger } from '../../../src/worker/log/logger.js';
import { openLog } from '../../../src/worker/log/open-log.js';

describe('a log that goes to a file', () => {
  let folder: string;
  let path: string;
  let stderr: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-log-'));
    path = join(folder, 'logs', 'up.log');
    stderr = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr.push(String(text));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (env: NodeJS.ProcessEnv = {}, maxBytes = 1_000, keep = 3): HostLogger =>
    openLog(env, [], { format: 'json', file: { path, maxBytes, keep } }, { project: 'shop', host: 'h' });
  const parsed = (text: string) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const messages = (text: string) => parsed(text).map(({ message }) => message);

  it('makes the folder, writes nothing elsewhere, and has project and host in each line', () => {
    const log = open();
    log.info('one');
    expect(parsed(readFileSync(path, 'utf8'))).toMatchObject([
      { message: 'one', project: 'shop', host: 'h' },
    ]);
    expect(stderr).toEqual([]);
  });

  it('goes to stderr while the file takes nothing, and says so once in each such time (OBS-04)', () => {
    const log = open();
    log.info('one');
    unlinkSync(path);
    mkdirSync(path);
    log.info('two');
    log.info('three');
    rmdirSync(path);
    log.info('four');
    unlinkSync(path);
    symlinkSync('/dev/full', path);
    log.info('five');

    const trouble = 'the log file cannot be written; lines go to stderr until it can';
    expect(messages(stderr.join(''))).toEqual([trouble, 'two', 'three', trouble, 'five']);
    expect(parsed(stderr.join(''))).toMatchObject([
      { level: 'warn', file: path, error: expect.stringContaining('EISDIR') },
      {},
      {},
      { error: expect.stringContaining('ENOSPC') },
      {},
    ]);
  });

  it('grows on where it cannot be put aside, and loses nothing', () => {
    const log = open({}, 200, 1);
    mkdirSync(`${path}.1/in the way`, { recursive: true });
    const all = Array.from({ length: 10 }, (_, index) => `line ${index}`);
    for (const line of all) log.info(line);
    expect(messages(readFileSync(path, 'utf8'))).toEqual(all);
    expect(messages(stderr.join(''))).toEqual(['the log file cannot be rotated; it grows on']);
  });

  it('says what is wrong where nothing can be written from the start', () => {
    path = join(folder, 'file', 'up.log');
    symlinkSync('/dev/null', join(folder, 'file'));
    open().warn('one');
    expect(messages(stderr.join(''))).toHaveLength(2);
    expect(parsed(stderr.join(''))[0]).toMatchObject({
      file: path,
      error: expect.stringContaining('ENOTDIR'),
    });
  });

  it('keeps out the values of variables whose names look secret', () => {
    open({ GITHUB_TOKEN: 'ghp_0123456789', EDITOR: 'editor-name' }).info('ghp_0123456789 in editor-name');
    expect(messages(readFileSync(path, 'utf8'))).toEqual(['*** in editor-name']);
    expect(existsSync(`${path}.1`)).toBe(false);
  });
});
