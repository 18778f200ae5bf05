import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { Attempt } from './attempt.js';
import { ownerOf } from './attempt.js';
import { WorkspaceError, requireWorkspace } from './git/workspace-path.js';
import type { Logger } from './host.js';
import type { Attended } from './keeper/attend.js';
import { attend, stateOf } from './keeper/attend.js';
import { diesWithUs } from './keeper/containment/dies-with-us.js';
import { hookEnvironment, loginShell } from './keeper/environment.js';
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
  /** The issue's. */
  identifier: string;
  /** Stands for this run of the hook, see `attend`: a repetition with the same one attaches, or takes the result. */
  place: string;
  attempt: Attempt;
  log?: Logger;
}

const outputLimitBytes = 1024 * 1024;
const messageTail = { lines: 10, bytes: 1_000 };
/** Whatever ends its keeper again and again would be started for ever. */
const mostTimes = 3;

/**
 * Runs a hook of the workflow file by `bash -lc` in the workspace (SPEC 9.4), never for longer than
 * `hooks.timeout_ms`, with all of its output in `hooks.log` of the run directory. A hook is trusted:
 * it gets the operator's environment, less the tracker's and Temporal's secrets. It does not run where
 * the workspace is not the folder any more that was made (SPEC 9.5). One that was cut off runs again. What the
 * failure of a hook means is up to the caller. Throws the reason of `attempt.end`, and what `runProgram` throws:
 * then the hook may go on.
 */
export async function runHook(input: HookInput): Promise<HookOutcome> {
  const { name, config, workspace, place } = input;
  const script = config.hooks[name];
  if (script === null || script.trim() === '') return { kind: 'skipped' };

  if ((await stateOf(place)) !== 'begun') {
    const problem = await whyNoWorkspace(workspace);
    if (problem !== null) {
      input.log?.warn('hook was not run', { hook: name, workspace, problem });
      return { kind: 'failed', message: `hook ${name} was not run: invalid_workspace_cwd: ${problem}` };
    }
  }
  return judge(input, await runToEnd(input, script));
}

type Finished = Exclude<Attended, { kind: 'interrupted' }>;

async function runToEnd(input: HookInput, script: string): Promise<Finished> {
  const { name, config, identifier, runPath, workspace, place, attempt } = input;
  const { end, leave, epoch } = attempt;
  const log = logOf(runPath);
  await mkdir(runPath, { recursive: true, mode: 0o700 });
  for (let time = 1; time <= mostTimes; time += 1) {
    if ((await stateOf(place)) !== 'begun') {
      await note(log, `== ${name} in ${workspace}`);
      input.log?.info('hook started', { hook: name, workspace });
    }
    const result = await attend({
      place,
      owner: ownerOf({ project: config.project, identifier, kind: 'hook', title: `hook ${name}` }),
      argv: [...(await diesWithUs()), ...loginShell(script, config)],
      cwd: workspace,
      env: hookEnvironment(input.env, config),
      stdin: null,
      output: log,
      outputLimitBytes,
      timeoutMs: config.hooks.timeout_ms,
      leaseMs: config.keeper.lease_ms,
      epoch,
      end,
      leave,
    });
    end.throwIfAborted();
    if (result.kind !== 'interrupted') return result;
  }
  throw new Error(`hook ${name} was cut off ${mostTimes} times in a row`);
}

async function judge(input: HookInput, result: Finished): Promise<HookOutcome> {
  const { name, config, workspace, runPath } = input;
  const log = logOf(runPath);
  const failure = describeFailure(result, config.hooks.timeout_ms);
  await note(log, `== ${name} ${failure ?? 'ended well'} (${result.durationMs} ms)`);
  if (failure === null) return { kind: 'ok' };

  input.log?.warn('hook failed', { hook: name, workspace, failure });
  const tail = await readTail(log, messageTail);
  const message = `hook ${name} ${failure}; its output is in ${log}\n${tail}`;
  return { kind: 'failed', message: await redactorOf(input.env, config)(message) };
}

function logOf(runPath: string): string {
  return join(runPath, 'hooks.log');
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

function describeFailure(result: Finished, timeoutMs: number): string | null {
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
