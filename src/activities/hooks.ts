import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { WorkspaceError, requireWorkspace } from './git/workspace-path.js';
import type { Logger } from './host.js';
import { hookEnvironment, loginShell } from './keeper/environment.js';
import { programIdentity } from './keeper/identity.js';
import type { ProgramResult } from './keeper/program.js';
import { endLeftover, runProgram } from './keeper/program.js';
import { readTail } from './keeper/tail.js';
import { redactorOf } from './redact.js';

export type HookName = 'after_create' | 'before_run' | 'after_run' | 'before_remove';

export type HookOutcome = { kind: 'skipped' | 'ok' } | { kind: 'failed'; message: string };

export interface HookInput {
  name: HookName;
  config: Config;
  workspace: string;
  runPath: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  log?: Logger;
}

const outputLimitBytes = 1024 * 1024;
const messageTail = { lines: 10, bytes: 1_000 };

/**
 * Runs a hook of the workflow file by `bash -lc` in the workspace (SPEC 9.4), never for longer than
 * `hooks.timeout_ms`, with all of its output in `hooks.log` of the run directory. A hook is trusted:
 * it gets the operator's environment, less the tracker's and Temporal's secrets. It does not run where
 * the workspace is not the folder any more that was made (SPEC 9.5). What the failure of a hook means is up
 * to the caller. Throws the reason of a cancellation, and what `runProgram` throws.
 */
export async function runHook(input: HookInput): Promise<HookOutcome> {
  const { name, config, runPath } = input;
  const script = config.hooks[name];
  if (script === null || script.trim() === '') return { kind: 'skipped' };

  const problem = await whyNoWorkspace(input.workspace);
  if (problem !== null) {
    input.log?.warn('hook was not run', { hook: name, workspace: input.workspace, problem });
    return { kind: 'failed', message: `hook ${name} was not run: invalid_workspace_cwd: ${problem}` };
  }

  await mkdir(runPath, { recursive: true, mode: 0o700 });
  const log = join(runPath, 'hooks.log');
  const identityFile = join(runPath, programIdentity);
  await endLeftover(identityFile);
  await note(log, `== ${name} in ${input.workspace}`);
  input.log?.info('hook started', { hook: name, workspace: input.workspace });

  const result = await runProgram({
    argv: loginShell(script, config),
    cwd: input.workspace,
    env: hookEnvironment(input.env, config),
    stdin: null,
    output: log,
    outputLimitBytes,
    timeoutMs: config.hooks.timeout_ms,
    signal: input.signal,
    identityFile,
  });
  if (result.kind === 'cancelled') input.signal?.throwIfAborted();

  const failure = describeFailure(result, config.hooks.timeout_ms);
  await note(log, `== ${name} ${failure ?? 'ended well'} (${result.durationMs} ms)`);
  if (failure === null) return { kind: 'ok' };

  input.log?.warn('hook failed', { hook: name, workspace: input.workspace, failure });
  const tail = await readTail(log, messageTail);
  const message = `hook ${name} ${failure}; its output is in ${log}\n${tail}`;
  return { kind: 'failed', message: await redactorOf(input.env, config)(message) };
}

async function whyNoWorkspace(workspace: string): Promise<string | null> {
  try {
    await requireWorkspace(workspace);
    return null;
  } catch (error) {
    if (error instanceof WorkspaceError) return error.message;
    throw error;
  }
}

function describeFailure(result: ProgramResult, timeoutMs: number): string | null {
  switch (result.kind) {
    case 'exited':
      if (result.exitCode === 0) return null;
      return result.exitCode === null
        ? `was ended by ${result.signal ?? 'a signal'}`
        : `failed with exit code ${result.exitCode}`;
    case 'timed_out':
      return `did not end within ${timeoutMs} ms`;
    case 'cancelled':
      return 'was cancelled';
    case 'not_started':
      return `could not start: ${result.message}`;
  }
}

/** A full disk must not turn what a hook has done into a failure. */
async function note(log: string, line: string): Promise<void> {
  const text = `${line} at ${new Date().toISOString()}\n`;
  await appendFile(log, text, { mode: 0o600 }).catch(() => undefined);
}
