import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '../../activities/keeper/environment.js';
import type { DataPaths } from '../../config/paths.js';
import type { EngineFile } from '../../config/engine-file.js';
import { writeEngineFile } from '../../config/engine-file.js';
import { nameProcess } from '../../activities/keeper/process-name.js';
import { EngineError } from './error.js';
import { isHealthy } from './health.js';
import type { Lock } from './lock.js';
import type { Ports } from './ports.js';
import { host } from './ports.js';

export const namespace = 'default';

/** Durable, and faster than the default: a log that is written ahead. */
const pragmas = ['journal_mode=WAL', 'synchronous=FULL'];

/**
 * With the log above 2.4 times as fast as the defaults: queues that are looked at without pauses. One partition is
 * enough for one machine.
 */
export const tuning = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.enableServerVersionCheck=false',
  'system.forceSearchAttributesCacheRefreshOnRead=true',
];

function serverArguments(paths: DataPaths, ports: Ports): string[] {
  return [
    ...['server', 'start-dev', '--ip', host, '--port', String(ports.grpc), '--ui-port', String(ports.ui)],
    ...['--db-filename', join(paths.engine, 'temporal.db'), '--namespace', namespace],
    ...['--log-level', 'error'],
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...tuning.flatMap((value) => ['--dynamic-config-value', value]),
  ];
}

export function serverLog(paths: DataPaths): string {
  return join(paths.engine, 'server.log');
}

const startLimitMs = 60_000;

/**
 * Starts the server in a session of its own, so that no signal for this process reaches it, and
 * waits until it answers. It inherits the lock's descriptor: the lock lives exactly as long as the
 * server. Null when it ended at once, for example because a port was taken meanwhile.
 */
export async function startServer(
  program: string,
  env: NodeJS.ProcessEnv,
  paths: DataPaths,
  ports: Ports,
  lock: Lock,
): Promise<EngineFile | null> {
  const address = `${host}:${ports.grpc}`;
  const known = { address, namespace, uiUrl: `http://${host}:${ports.ui}` };
  writeEngineFile(paths, { ...known, server: null });

  const log = openSync(serverLog(paths), 'a', 0o600);
  const child = spawn(program, serverArguments(paths, ports), {
    cwd: paths.engine,
    env: childEnvironment(env, [], {}),
    detached: true,
    stdio: ['ignore', log, log, lock.fd],
  });
  closeSync(log);
  const ended = new AbortController();
  child.once('error', () => ended.abort());
  child.once('exit', () => ended.abort());
  child.unref();
  if (child.pid === undefined) throw new EngineError(`${program} cannot be started`);
  const engine = { ...known, server: await nameProcess(child.pid) };
  writeEngineFile(paths, engine);

  const deadline = performance.now() + startLimitMs;
  while (!(await isHealthy({ address }, namespace))) {
    if (ended.signal.aborted) return null;
    if (performance.now() > deadline) {
      process.kill(-child.pid, 'SIGKILL');
      throw new EngineError(
        `The Temporal server does not answer on ${address}. Its log: ${serverLog(paths)}`,
      );
    }
    await sleep(50);
  }
  return engine;
}

/** The last lines that the server wrote, for a message to a person. */
export function lastLogLines(paths: DataPaths): string {
  return readFileSync(serverLog(paths), 'utf8').trim().split('\n').slice(-5).join('\n');
}
