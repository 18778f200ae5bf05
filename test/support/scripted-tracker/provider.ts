import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as the provider keeps it. Its names are its own, and its fields may hold anything. */
export interface ProviderRecord {
  uid: unknown;
  key: unknown;
  summary: unknown;
  status: unknown;
  board: string;
  body?: unknown;
  rank?: unknown;
  tags?: unknown;
  /** Keys of records. */
  waits_for?: unknown;
  opened?: unknown;
  link?: unknown;
}

/** What a request asks for. */
export interface Asked {
  board: string;
  statuses: string[] | null;
  uids: string[] | null;
  page: number;
}

/** What the provider does with a request in place of answering it. */
export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** The connection ends without a word. */
  | { kind: 'cut' }
  /** No answer, ever. */
  | { kind: 'silence' }
  /** A well-meant answer with this text. */
  | { kind: 'text'; text: string }
  /** Each page says that there is another one, and it is the same. */
  | { kind: 'pages_without_end' }
  /** The records that were asked for, changed on their way. */
  | { kind: 'lie'; tell: (records: ProviderRecord[], asked: Asked) => ProviderRecord[] }
  /** The answer comes when the test lets it come. */
  | { kind: 'held'; until: Promise<unknown> };

interface Reply {
  status: number;
  text: string;
  headers: Record<string, string>;
}

export const pageSize = 3;
export const token = 'tr4cker-token';
/** A careless provider repeats what it was sent. */
const refused: Reply = { status: 400, text: `no: ${token}`, headers: {} };

/**
 * An issue tracker on loopback that does what a test tells it: it answers by pages, fails, hangs, lies and
 * limits. Closing it ends every connection.
 */
export class ScriptedProvider {
  readonly records = new Map<string, ProviderRecord>();
  /** Of every request so far. */
  readonly asked: Asked[] = [];
  private readonly next: (Fault | null)[] = [];
  private usual: Fault | null = null;

  private constructor(private readonly server: ReturnType<typeof createServer>) {}

  static async open(): Promise<ScriptedProvider> {
    const server = createServer((request, response) => {
      void provider.answer(request, response);
    });
    const provider = new ScriptedProvider(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  put(...records: ProviderRecord[]): void {
    for (const record of records) this.records.set(String(record.key), record);
  }

  /** For the requests to come, one after the other; null is an answer as usual. */
  meet(...faults: (Fault | null)[]): void {
    this.next.push(...faults);
  }

  /** For every request, until it is told otherwise. */
  always(fault: Fault | null): void {
    this.usual = fault;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedBy(request);
    this.asked.push(asked);
    const fault = this.next.shift() ?? this.usual;
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'cut') {
      request.socket.destroy();
      return;
    }
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const { status, text, headers } = isKnown ? await this.reply(asked, fault) : { ...refused, status: 401 };
    response.writeHead(status, headers).end(text);
  }

  private async reply(
    asked: Asked,
    fault: Exclude<Fault, { kind: 'silence' | 'cut' }> | null | undefined,
  ): Promise<Reply> {
    const found = this.find(asked);
    switch (fault?.kind) {
      case 'status':
        return { ...refused, status: fault.status, headers: fault.headers ?? {} };
      case 'text':
        return page(fault.text);
      case 'pages_without_end':
        return page(JSON.stringify({ records: found.slice(0, pageSize), next: asked.page }));
      case 'lie':
        return page(pageOf(fault.tell(found, asked), asked.page));
      case 'held':
        await fault.until;
        return page(pageOf(found, asked.page));
      case undefined:
        return page(pageOf(found, asked.page));
      default:
        return fault satisfies never;
    }
  }

  /** Each record with those that it waits for. */
  private find({ board, statuses, uids }: Asked): ProviderRecord[] {
    const found = [...this.records.values()].filter(
      (record) =>
        record.board === board &&
        (statuses?.includes(String(record.status).toLowerCase()) ?? true) &&
        (uids?.includes(String(record.uid)) ?? true),
    );
    return found.map((record) => ({ ...record, waits_for: this.blockersOf(record) }));
  }

  private blockersOf({ waits_for: keys }: ProviderRecord): unknown {
    if (!Array.isArray(keys)) return keys;
    return keys.map((key: unknown) => this.records.get(String(key)) ?? { key });
  }
}

function askedBy({ url = '/' }: IncomingMessage): Asked {
  const { searchParams } = new URL(url, 'http://localhost');
  const list = (name: string) => (searchParams.has(name) ? searchParams.getAll(name) : null);
  return {
    board: searchParams.get('board') ?? '',
    statuses: list('status')?.map((status) => status.toLowerCase()) ?? null,
    uids: list('uid'),
    page: Number(searchParams.get('page') ?? 0),
  };
}

function pageOf(records: ProviderRecord[], page: number): string {
  const end = (page + 1) * pageSize;
  return JSON.stringify({
    records: records.slice(page * pageSize, end),
    next: end < records.length ? page + 1 : null,
  });
}

function page(text: string): Reply {
  return { status: 200, text, headers: {} };
}
