import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { EngineProgram } from '../../src/worker/engine/programs.js';
import { findProgram } from '../../src/worker/engine/binary.js';
import { temporal, testServer } from '../../src/worker/engine/programs.js';
import { tuning } from '../../src/worker/engine/server.js';
import { searchAttributeKeys } from '../../src/workflows/search-attributes.js';

async function executable(program: EngineProgram): Promise<{ type: 'existing-path'; path: string }> {
  const { path } = await findProgram(program, process.env, (line) => process.stderr.write(`${line}\n`));
  return { type: 'existing-path', path };
}

/** A timer under a second would fire after about a second otherwise. */
const shortTimers = 'history.timerProcessorMaxTimeShift="10ms"';

/** `INDEXED_VALUE_TYPE_KEYWORD` of the API. */
const keywordType = 2;

let silenced = false;

/** Workers and servers of tests speak up about errors only. */
function silence(): void {
  if (silenced) return;
  silenced = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
}

/**
 * A server of its own whose time a test can skip, for waits of days. Skip it by `env.sleep` only, and only
 * while the workflow rests: this server loses a workflow task for good when a timer fires in the moment in
 * which the workflow cancels it, and a skipped timer fires in any moment. Call `teardown()` afterwards.
 */
export async function startTimeSkippingServer(): Promise<TestWorkflowEnvironment> {
  silence();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: await executable(testServer) },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(searchAttributeKeys.map(({ name }) => [name, keywordType])),
  });
  return env;
}

/**
 * A whole Temporal server of its own, in memory, with the search attributes. Takes settings of the
 * server as `name=value`. Call `teardown()` afterwards.
 */
export async function startLocalServer(...dynamicConfig: string[]): Promise<TestWorkflowEnvironment> {
  silence();
  return TestWorkflowEnvironment.createLocal({ server: await localServerOptions(dynamicConfig) });
}

export async function localServerOptions(dynamicConfig: string[] = []) {
  return {
    executable: await executable(temporal),
    log: { format: 'pretty', level: 'error' },
    searchAttributes: [...searchAttributeKeys],
    extraArgs: [...tuning, shortTimers, ...dynamicConfig].flatMap((value) => [
      '--dynamic-config-value',
      value,
    ]),
  };
}

let bundle: Promise<{ codePath: string }> | null = null;

/** The workflows as `Worker.create({ workflowBundle })` takes them; built once for each state of the sources. */
export function workflowBundle(): Promise<{ codePath: string }> {
  return (bundle ??= bundleWorkflows());
}

async function bundleWorkflows(): Promise<{ codePath: string }> {
  const script = fileURLToPath(new URL('../../scripts/workflow-bundle.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  return { codePath: stdout.trim() };
}
