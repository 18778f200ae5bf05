import { Client, Connection } from '@temporalio/client';
import type { EngineConnection } from '../config/connection.js';
import { namedConnection } from '../config/connection.js';
import { readEngineFile } from '../config/engine-file.js';
import { workflowQueue } from '../config/temporal.js';
import { taskWorkflowId } from '../domain/task.js';
import { CliError, ExitCode } from './error.js';
import { grpcCode, grpcDetails, isUnanswered } from './grpc.js';
import type { Invocation } from './invocation.js';
import type { OpenProject } from './project.js';
import { openProject } from './project.js';

const connectMs = 3_000;
const callMs = 10_000;

/** A connection to the Temporal server of a project. */
export interface Engine {
  client: Client;
  project: string;
  queue: string;
  /** Makes one request, which fails after `ms`: without a deadline a request may wait for ever. */
  call<T>(request: () => Promise<T>, ms?: number): Promise<T>;
  /** The task's page in the Temporal UI, where one is known. */
  taskPage(identifier: string): string | null;
}

/** Where the server is. */
interface Target extends EngineConnection {
  uiUrl: string | null;
}

/**
 * Connects to the project's engine, and closes the connection in the end. Throws `CliError` with
 * exit code 5 when the engine cannot be reached, and `ConfigError` for a bad workflow file.
 */
export async function withEngine<T>(
  invocation: Invocation,
  use: (engine: Engine, project: OpenProject) => Promise<T>,
): Promise<T> {
  const project = await openProject(invocation);
  const target = findTarget(invocation, project);
  const connection = await connect(target);
  try {
    return await use(openEngine(connection, target, project, invocation), project);
  } catch (error) {
    throw explain(error, target);
  } finally {
    await connection.close();
  }
}

/** The server that the operator named, else the embedded one of the project's data directory. */
function findTarget({ env }: Invocation, { config, paths }: OpenProject): Target {
  const named = readSettings(env);
  if (named !== null) return { ...named, uiUrl: env.TEMPORAL_UI_URL ?? null };
  const embedded = readEngineFile(paths);
  if (embedded === null) {
    throw new CliError(
      ExitCode.unreachable,
      `no engine of project ${config.project} in ${paths.engine}`,
      startIt,
    );
  }
  const { address, namespace, uiUrl } = embedded;
  return { address, namespace, connectionOptions: { address }, uiUrl };
}

function readSettings(env: NodeJS.ProcessEnv): EngineConnection | null {
  try {
    return namedConnection(env);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = `the TEMPORAL_ settings cannot be used: ${error.message}`;
    throw new CliError(ExitCode.usage, message, null, { cause: error });
  }
}

const startIt = 'start it with: continuo up';

async function connect(target: Target): Promise<Connection> {
  try {
    return await Connection.connect({ ...target.connectionOptions, connectTimeout: connectMs });
  } catch (error) {
    throw new CliError(ExitCode.unreachable, `no engine at ${target.address}`, startIt, { cause: error });
  }
}

function openEngine(
  connection: Connection,
  target: Target,
  { config }: OpenProject,
  { env }: Invocation,
): Engine {
  const { namespace, uiUrl } = target;
  const base =
    uiUrl === null ? null : `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}`;
  const page = (workflowId: string) => `${base ?? ''}/workflows/${encodeURIComponent(workflowId)}`;
  return {
    client: new Client({ connection, namespace }),
    project: config.project,
    queue: workflowQueue(env),
    call: (request, ms = callMs) => connection.withDeadline(Date.now() + ms, request),
    taskPage: (identifier) => (base === null ? null : page(taskWorkflowId(config.project, identifier))),
  };
}

/** Says of a request that failed what the server said. */
function explain(error: unknown, { address }: Target): unknown {
  if (error instanceof CliError) return error;
  const code = grpcCode(error);
  if (code === null) return error;
  const options = { cause: error };
  if (isUnanswered(error)) {
    return new CliError(ExitCode.unreachable, `the engine at ${address} does not answer`, startIt, options);
  }
  return new CliError(
    ExitCode.failed,
    `the engine at ${address} says: ${grpcDetails(error) ?? 'nothing'}`,
    null,
    options,
  );
}
