import { EngineError } from './engine/error.js';
import { namedConnection } from '../config/connection.js';
import type { EngineConnection } from '../config/connection.js';
import type { SandboxNote, UpFile } from '../config/engine-file.js';
import { readEngineFile } from '../config/engine-file.js';
import { openEngine } from './engine/index.js';
import { killServer } from './engine/stop.js';
import { goingOn } from './going-on.js';
import type { Host, Hosts, ServePlace } from './host.js';
import { openHosts, releaseHosts } from './host.js';
import { findPrograms } from './keepers.js';
import type { HostLogger } from './log/logger.js';
import { openLog } from './log/open-log.js';
import { countTasks } from './metrics.js';
import { examineContainment, examineRepository } from './preflight.js';
import { installRuntime } from './runtime.js';
import { sandboxLines, sandboxNote } from './sandbox.js';
import { serve } from './serve.js';
import { joinProject, startProject } from './start-project.js';
import { listenForStop } from './stop-signal.js';
import { welcome } from './welcome.js';

// What the commands need besides; this file is their one door into the folder.
export { AlreadyRunning } from './data-lock.js';
export type { Detached } from './detach.js';
export { startDetached } from './detach.js';
export { EngineError } from './engine/error.js';
export { goingOn } from './going-on.js';
export type { Host } from './host.js';
export type { LiveProgram } from './keepers.js';
export { endPrograms, findPrograms } from './keepers.js';
export type { LogOptions } from './log/open-log.js';
export { sandboxLines } from './sandbox.js';
export type { Stopped } from './stop-served.js';
export { stopServed } from './stop-served.js';

/**
 * `continuo up`: engine, workers and the schedulers of the projects, in this process, until SIGINT or
 * SIGTERM. Returns when everything has ended; a second signal ends the process at once. Several projects need a
 * server that the environment names. Throws `ConfigError`, `AlreadyRunning` and `EngineError`.
 */
export async function runUp(place: ServePlace): Promise<void> {
  await withHosts('up', place, async (hosts, signal) => {
    const projects = await examine(hosts);
    for (const host of hosts) await examineRepository(host);
    const engine = await openEngine(hosts[0]);
    const beside: { close: () => Promise<void> }[] = [];
    try {
      const known = { address: engine.address, uiUrl: engine.uiUrl };
      publish(projects, { ...known, ready: false });
      const hasMetrics = openRuntime(hosts, place);
      await serve(hosts, engine, signal, async (client, queue) => {
        for (const host of hosts) {
          await startProject(client, queue, host);
          const opened = await place.beside?.(client, host);
          if (opened != null) beside.push(opened);
          if (hasMetrics) countTasks(client, host.config.project, host.log, signal);
        }
        publish(projects, { ...known, ready: true });
        tellReady(hosts, engine);
        welcome(projects, engine).forEach(print);
      });
    } finally {
      for (const one of beside) await one.close();
      await engine.stop();
    }
  });
}

/** `continuo worker`: the workers of this host alone, for a server that runs elsewhere; waits for it. Throws as `runUp`. */
export async function runWorker(place: ServePlace): Promise<void> {
  await withHosts('worker', place, async (hosts, signal) => {
    const projects = await examine(hosts);
    const engine = findServer(hosts[0]);
    const known = { address: engine.address, uiUrl: null };
    publish(projects, { ...known, ready: false });
    openRuntime(hosts, place);
    await serve(hosts, engine, signal, (client) => {
      for (const host of hosts) void joinProject(client, host, signal);
      publish(projects, { ...known, ready: true });
      tellReady(hosts, engine);
      for (const { config, host, sandbox } of projects) {
        const where = `for ${engine.address}, namespace ${engine.namespace}`;
        print(`Continuo works as host ${host} of project ${config.project} ${where}`);
        sandboxLines(sandbox).forEach(print);
      }
      return Promise.resolve();
    });
  });
}

async function withHosts(
  command: 'up' | 'worker',
  place: ServePlace,
  work: (hosts: Hosts, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const hosts = await openHosts(command, place);
  const stop = listenForStop(
    () => {
      for (const { log } of hosts) log.info('stopping');
      print('Stopping: agents and checks go on; once more stops at once.');
    },
    () => void force(hosts),
  );
  try {
    await work(hosts, stop.signal);
    if (stop.signal.aborted) {
      for (const { paths, config } of hosts) {
        const { running } = await findPrograms(paths);
        goingOn(running, config.keeper.lease_ms).forEach(print);
      }
    }
  } finally {
    releaseHosts(hosts);
    stop.dispose();
    for (const { log } of hosts) log.info('stopped');
  }
}

/** A project of this process, with what is known of its sandbox. */
interface Examined extends Host {
  sandbox: SandboxNote;
}

async function examine(hosts: Hosts): Promise<Examined[]> {
  const projects: Examined[] = [];
  for (const host of hosts) {
    projects.push({ ...host, sandbox: sandboxNote(host.config, await examineContainment(host)) });
  }
  return projects;
}

/** The sandbox is told when the process works. */
function publish(projects: readonly Examined[], known: Pick<UpFile, 'address' | 'uiUrl' | 'ready'>): void {
  const names = projects.map(({ config }) => config.project);
  for (const { lock, sandbox, config } of projects) {
    const others = names.filter((name) => name !== config.project);
    lock.publish({ ...known, others, ...(known.ready && { sandbox }) });
  }
}

/** A process has one: its metrics are where the command says, else where the first workflow file says that has them. */
function openRuntime(hosts: Hosts, { env, log, metricsPort }: ServePlace): boolean {
  const { config } = hosts.find((host) => host.config.metrics.port !== undefined) ?? hosts[0];
  const port = metricsPort ?? config.metrics.port;
  const configs = hosts.map((host) => host.config);
  const logs = new Map<unknown, HostLogger>(hosts.map((host) => [host.config.project, host.log]));
  const own = hosts.length === 1 ? hosts[0].log : openLog(env, configs, log);
  const logOf = (project: unknown) => logs.get(project) ?? own;
  installRuntime(logOf, config.file, port === undefined ? null : { host: config.metrics.host, port });
  return port !== undefined;
}

function tellReady(hosts: Hosts, { address, namespace }: EngineConnection): void {
  for (const { log, paths } of hosts) log.info('serving', { address, namespace, data: paths.root });
}

/** Agents and checks go on by design; the server would too. */
async function force(hosts: Hosts): Promise<void> {
  for (const { paths } of hosts) await killServer(paths);
  process.exit(1);
}

function findServer({ env, paths }: Host): EngineConnection {
  const named = namedConnection(env);
  if (named !== null) return named;
  const embedded = readEngineFile(paths);
  if (embedded === null) {
    throw new EngineError('There is no server to work for: set TEMPORAL_ADDRESS, or run `continuo up`.');
  }
  const { address, namespace } = embedded;
  return { address, namespace, connectionOptions: { address } };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
