import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { growingFile } from '../../src/client/growing-file.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'continuo-growing-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('growingFile', () => {
  it('reads only what was added, from before the file exists', async () => {
    const file = join(folder, 'log');
    const readOn = growingFile(file);
    expect(await readOn()).toBe('');
    await writeFile(file, 'one\n');
    expect(await readOn()).toBe('one\n');
    expect(await readOn()).toBe('');
    await appendFile(file, 'two\n');
    expect(await readOn()).toBe('two\n');
  });

  it('begins again after a truncation', async () => {
    const file = join(folder, 'log');
    await writeFile(file, 'a long first text\n');
    const readOn = growingFile(file);
    await readOn();
    await writeFile(file, 'new\n');
    expect(await readOn()).toBe('new\n');
  });

  it('puts a character together that was written in two halves', async () => {
    const file = join(folder, 'log');
    const [first, second] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)];
    await writeFile(file, first);
    const readOn = growingFile(file);
    expect(await readOn()).toBe('');
    await appendFile(file, second);
    expect(await readOn()).toBe('ü');
  });

  it('reads files of several chunks whole', async () => {
    const file = join(folder, 'log');
    const text = 'ß'.repeat(100_001);
    await writeFile(file, text);
    expect(await growingFile(file)()).toBe(text);
  });
});
