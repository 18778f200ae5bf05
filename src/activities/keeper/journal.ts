import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from './process/guards.js';
import type { JournalRecord } from './protocol.js';
import { files } from './protocol.js';
import { parseOutput } from './record-text.js';

/** A journal as its records, read from the file; keepers that live and dead ones are read alike. */
export interface JournalReader {
  /**
   * Calls `take` for each whole record up to the byte position `end`, beginning where the last call ended. Pieces of
   * a line come as one record. Gives way between chunks, so that heartbeats go out, and stops early for `leave`. A line that is no
   * record rejects: somebody else has written to the journal.
   */
  readTo(end: number, take: (record: JournalRecord) => void, leave?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const chunkBytes = 1024 * 1024;
const newline = 0x0a;

const Numbered = z.object({ n: z.int(), t: z.number() });
const Rare = z.discriminatedUnion('d', [
  Numbered.extend({ d: z.literal('in'), key: z.string(), s: z.string() }),
  Numbered.extend({ d: z.literal('call'), id: z.string(), name: z.string(), arguments: z.unknown() }),
  Numbered.extend({
    d: z.literal('result'),
    id: z.string(),
    result: z.object({
      content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
      isError: z.boolean().optional(),
    }),
  }),
  Numbered.extend({ d: z.literal('note'), s: z.string(), clockMs: z.number().exactOptional() }),
  Numbered.extend({ d: z.literal('exit'), exit: z.looseObject({}) }),
]);

/** A keeper that died at its very beginning has no journal: that is an empty one. */
export function openJournal(folder: string): JournalReader {
  return new FileReader(join(folder, files.journal));
}

class FileReader implements JournalReader {
  private file: FileHandle | null = null;
  private at = 0;
  private held: Buffer[] = [];
  private readonly pieces = { out: [] as string[], err: [] as string[] };

  constructor(private readonly path: string) {}

  async readTo(end: number, take: (record: JournalRecord) => void, leave?: AbortSignal): Promise<void> {
    if (this.at >= end) return;
    this.file ??= await openIfThere(this.path);
    while (this.file !== null && this.at < end && !leave?.aborted) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - this.at));
      const { bytesRead } = await this.file.read(chunk, 0, chunk.length, this.at);
      if (bytesRead === 0) return;
      this.at += bytesRead;
      this.split(chunk.subarray(0, bytesRead), take);
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
  }

  /** What has no newline yet is held: of a dead keeper it is a torn record, and never counts. */
  private split(chunk: Buffer, take: (record: JournalRecord) => void): void {
    const end = chunk.lastIndexOf(newline);
    if (end >= 0) {
      const whole = chunk.subarray(0, end);
      const text = this.held.length === 0 ? whole : Buffer.concat([...this.held.splice(0), whole]);
      for (const line of text.toString().split('\n')) {
        const record = this.join(readRecord(line));
        if (record !== null) take(record);
      }
    }
    if (end + 1 < chunk.length) this.held.push(chunk.subarray(end + 1));
  }

  /** Null for a piece whose line goes on. */
  private join(record: JournalRecord): JournalRecord | null {
    if (record.d !== 'out' && record.d !== 'err') return record;
    const pieces = this.pieces[record.d];
    if (record.part) {
      pieces.push(record.s);
      return null;
    }
    return pieces.length === 0 ? record : { ...record, s: [...pieces.splice(0), record.s].join('') };
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function readRecord(line: string): JournalRecord {
  // An exit is known from its own file as well; here it only ends the story.
  return parseOutput(line) ?? (Rare.parse(JSON.parse(line)) as JournalRecord);
}
