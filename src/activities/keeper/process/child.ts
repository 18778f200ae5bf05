import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { startOf } from '../processes.js';
import type { Exit, KeeperSpec } from '../protocol.js';
import { toolsSocket } from '../tools-socket.js';
import { cookieName, toolsName } from './cookie.js';
import { errorCode, messageOf } from './guards.js';
import type { Streams } from './streams.js';
import { release } from './streams.js';

export type Ending = Exit['ending'];

/** The running program. */
export interface Child {
  pid: number;
  start: string;
  /** Its own end. */
  exited: Promise<Ending>;
}

/** Starts the program in a session of its own; its streams' ends are closed here whatever happens. */
export async function startChild(spec: KeeperSpec, streams: Streams): Promise<Child | Ending> {
  try {
    if (!statSync(spec.cwd, { throwIfNoEntry: false })?.isDirectory()) {
      return notStarted(`the folder ${spec.cwd} does not exist`);
    }
    const [program = '', ...args] = spec.argv;
    const child = spawn(program, args, {
      cwd: spec.cwd,
      env: environmentOf(spec),
      stdio: streams.stdio,
      detached: true,
    });
    const exited = exitOf(child, program);
    const { pid } = child;
    return pid === undefined ? await exited : { pid, start: (await startOf(pid)) ?? '', exited };
  } catch (error) {
    return notStarted(messageOf(error));
  } finally {
    release(streams);
  }
}

export function notStarted(message: string): Ending {
  return { kind: 'not_started', message: message.slice(0, 1_000) };
}

function environmentOf({ env, cookie, tools }: KeeperSpec): Record<string, string> {
  const shim: Record<string, string> = tools.length === 0 ? {} : { [toolsName]: toolsSocket(process.cwd()) };
  return { ...shim, ...env, [cookieName]: cookie };
}

function exitOf(child: ChildProcess, program: string): Promise<Ending> {
  return new Promise((done) => {
    child.once('exit', (exitCode, signal) => done({ kind: 'exited', exitCode, signal }));
    child.once('error', (error) => {
      const isMissing = errorCode(error) === 'ENOENT';
      done(notStarted(isMissing ? `the program "${program}" was not found` : error.message));
    });
  });
}
