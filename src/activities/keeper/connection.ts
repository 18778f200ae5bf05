import { closeSync, existsSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Keeper } from './place.js';
import type { ErrorCode, Exit, FromKeeper, ToKeeper } from './protocol.js';
import { files, protocolVersion } from './protocol.js';
import { FrameFromKeeper } from './schema.js';

/** The frames with a key: each is answered. */
export type Asked = Extract<ToKeeper, { op: 'write' | 'tool_result' }>;
export type Hello = Extract<FromKeeper, { ev: 'hello' }>;

/** The socket of a keeper, after its hello. */
export interface KeeperConnection {
  hello: Hello;
  /** The journal's size as last announced: nothing beyond it may be read. */
  readonly end: number;
  readonly exit: Exit | null;
  readonly isEvicted: boolean;
  readonly isClosed: boolean;
  /** Settles at the next news: growth, exit, eviction, the end of the connection, a nudge. */
  news(): Promise<void>;
  /** Makes whoever waits for news look again. */
  nudge(): void;
  send(frame: ToKeeper): void;
  /** For frames with a key: null when the keeper has acknowledged it, else its refusal. Rejects when the connection ends. */
  ask(frame: Asked): Promise<ErrorCode | null>;
  close(): void;
}

/** Why there is no connection. `GONE`: nobody listens. `DEAF`: somebody does, and does not answer. */
export class AttachError extends Error {
  override readonly name = 'AttachError';
  constructor(
    readonly code: ErrorCode | 'GONE' | 'DEAF',
    options?: ErrorOptions,
  ) {
    super(`the keeper cannot be attached to: ${code}`, options);
  }
}

const helloMs = 3_000;
/** The longest path that every kernel takes for a socket, in bytes. */
const longestPath = 103;
const ownDescriptors = '/proc/self/fd';
/** Frames are a few hundred bytes. Whoever sends more without a line break is no keeper. */
const longestFrame = 1024 * 1024;

/**
 * Attaches as the writer of this epoch, or as a reader without one. Throws `AttachError`, and an `Error` for a folder
 * whose path is too long where there is no `/proc`.
 */
export async function attach(folder: string, claim: Keeper, epoch?: number): Promise<KeeperConnection> {
  const socket = await open(folder);
  const connection = new OpenConnection(socket);
  const { id } = claim;
  connection.send({ op: 'attach', version: protocolVersion, id, ...(epoch !== undefined && { epoch }) });
  try {
    await connection.greeted();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function open(folder: string): Promise<Socket> {
  const { path, release } = reachable(folder);
  return new Promise((done, fail) => {
    const socket = connect(path);
    const failed = () => {
      release();
      fail(new AttachError('GONE'));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      release();
      socket.off('error', failed);
      done(socket);
    });
  });
}

/** A path that is too long for a socket is reached through its folder's descriptor. */
function reachable(folder: string): { path: string; release: () => void } {
  const path = join(folder, files.socket);
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPath) return { path, release: () => undefined };
  if (!existsSync(ownDescriptors)) {
    const limit = `this system allows ${longestPath}`;
    throw new Error(
      `${path} has ${bytes} bytes, ${limit} for a socket: use a data directory with a shorter path`,
    );
  }
  const fd = openFolder(folder);
  return { path: join(ownDescriptors, String(fd), files.socket), release: () => closeSync(fd) };
}

function openFolder(folder: string): number {
  try {
    return openSync(folder, 'r');
  } catch (cause) {
    throw new AttachError('GONE', { cause });
  }
}

interface Answered {
  done: (refusal: ErrorCode | null) => void;
  fail: (error: Error) => void;
}

class OpenConnection implements KeeperConnection {
  end = 0;
  exit: Exit | null = null;
  isEvicted = false;
  isClosed = false;
  private greeting: Hello | null = null;
  private refusal: AttachError['code'] | null = null;
  private waiting: (() => void)[] = [];
  /** The frame that has not come whole yet. */
  private begun = '';
  private readonly asked = new Map<string, Answered>();

  constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.isClosed = true;
      for (const { fail } of this.asked.values()) fail(new AttachError('GONE'));
      this.asked.clear();
      this.nudge();
    });
  }

  get hello(): Hello {
    if (this.greeting === null) throw new AttachError('DEAF');
    return this.greeting;
  }

  async greeted(): Promise<void> {
    const timer = setTimeout(() => {
      this.refusal ??= 'DEAF';
      this.nudge();
    }, helloMs);
    while (this.greeting === null && this.refusal === null && !this.isClosed) await this.news();
    clearTimeout(timer);
    if (this.greeting !== null) return;
    throw new AttachError(this.refusal ?? 'GONE');
  }

  news(): Promise<void> {
    return new Promise((done) => this.waiting.push(done));
  }

  send(frame: ToKeeper): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(frame)}\n`);
  }

  ask(frame: Asked): Promise<ErrorCode | null> {
    if (this.isClosed) return Promise.reject(new AttachError('GONE'));
    return new Promise((done, fail) => {
      this.asked.set(frame.op === 'write' ? frame.key : frame.id, { done, fail });
      this.send(frame);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  nudge(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  private hear(text: string): void {
    const lines = (this.begun + text).split('\n');
    this.begun = lines.pop() ?? '';
    const frames = lines.map(readFrame);
    for (const frame of frames) if (frame !== null) this.take(frame);
    if (frames.includes(null) || this.begun.length > longestFrame) this.close();
  }

  private take(frame: FromKeeper): void {
    switch (frame.ev) {
      case 'hello':
        this.greeting = frame;
        this.end = frame.end;
        this.exit = frame.exit;
        break;
      case 'grew':
        this.end = frame.end;
        break;
      case 'exit':
        this.exit = frame.exit;
        this.end = frame.exit.end;
        break;
      case 'ack':
        this.answer(frame.key, null);
        break;
      case 'error':
        if (frame.key === undefined) this.refusal = frame.code;
        else this.answer(frame.key, frame.code);
        break;
      case 'evicted':
        this.isEvicted = true;
        break;
      case 'stalled':
        break;
    }
    this.nudge();
  }

  private answer(key: string, refusal: ErrorCode | null): void {
    this.asked.get(key)?.done(refusal);
    this.asked.delete(key);
  }
}

/** Null for what no keeper of this version sends. */
function readFrame(line: string): FromKeeper | null {
  try {
    return FrameFromKeeper.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
