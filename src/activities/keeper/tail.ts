import { open } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

const utf8 = new TextDecoder('utf-8', { fatal: false });

export interface TailLimit {
  lines: number;
  bytes: number;
}

/**
 * The last lines of a file, no more than `lines` of them and no more than `bytes` bytes: valid
 * UTF-8, without terminal escapes and other control characters. Nothing before the byte `from`
 * counts, and nothing from the byte `to` on. Empty when there is no such file.
 */
export async function readTail(path: string, limit: TailLimit, from = 0, to = Infinity): Promise<string> {
  // Escapes take room that is not shown, so more is read than is kept.
  const text = plainText(await readEnd(path, { from, to }, limit.bytes * 4));
  const lines = text.trimEnd().split('\n').slice(-limit.lines).join('\n');
  return lastBytes(lines, limit.bytes);
}

/** Decodes any bytes, and drops what would move a terminal's cursor or change its colours. */
export function plainText(bytes: Uint8Array): string {
  const lines = stripVTControlCharacters(utf8.decode(bytes)).replaceAll('\r\n', '\n');
  // A progress bar rewrites its line: the last state is the one that was seen.
  return lines.replace(/[^\n]*\r(?=[^\n])/g, '').replace(/[^\P{Cc}\n\t]/gu, '');
}

function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let from = bytes.length - limit;
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString();
}

async function readEnd(
  path: string,
  { from, to }: { from: number; to: number },
  count: number,
): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return Buffer.alloc(0);
  try {
    const end = Math.min((await file.stat()).size, to);
    const start = Math.max(end - count, from);
    const buffer = Buffer.alloc(Math.max(end - start, 0));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
