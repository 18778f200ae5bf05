import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTail } from '../../../src/activities/keeper/tail.js';

async function tailOf(content: string | Buffer, limit = { lines: 3, bytes: 100 }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tail-test-'));
  try {
    writeFileSync(join(folder, 'log'), content);
    return await readTail(join(folder, 'log'), limit);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('readTail', () => {
  it('keeps the last lines', async () => {
    expect(await tailOf('1\n2\n3\n4\n\n')).toBe('2\n3\n4');
  });

  it('keeps the last bytes, without cutting a character in two', async () => {
    expect(await tailOf('ü'.repeat(80), { lines: 3, bytes: 9 })).toBe('üüüü');
  });

  it('drops colours, control characters and rewritten progress lines, and mends broken UTF-8', async () => {
    const raw = Buffer.concat([
      Buffer.from('\x1b[31mred\x1b[0m\r\n10%\r50%\r100%\nbell\x07 '),
      Buffer.from([0xff]),
    ]);
    expect(await tailOf(raw)).toBe('red\n100%\nbell \uFFFD');
  });

  it('is empty when there is no file', async () => {
    expect(await readTail('/nowhere/log', { lines: 1, bytes: 1 })).toBe('');
  });
});
