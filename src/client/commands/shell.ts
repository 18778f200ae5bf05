import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { hostId } from '../../config/host.js';
import type { TaskStatus } from '../../domain/status.js';
import { shellWord } from '../../domain/status.js';
import { takeOverUpdate } from '../../workflows/messages.js';
import { awaitTask } from '../await-task.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { openShell } from '../own-programs.js';
import type { OpenProject } from '../project.js';
import { tellTask } from '../task-message.js';
import { lookAtTask } from '../task-status.js';
import { handBackTask } from './hand-back.js';

export interface ShellOptions {
  message?: string;
  /** Prints the path and opens nothing. */
  print?: boolean;
}

interface Place {
  path: string;
  /** The project's workflow file; the workspace holds a copy that the agent may have changed. */
  workflow: string;
}

/** Takes a task over and opens the person's shell in its workspace. */
export async function shellIntoTask(
  invocation: Invocation,
  task: string,
  { message = '', print = false }: ShellOptions,
): Promise<void> {
  const { out, json, env, stdin } = invocation;
  const { path, workflow } = await takeWorkspace(invocation, task, message);
  const next = `continuo hand-back ${shellWord(task)}`;
  if (json) out.json({ task, path, next });
  else if (print) out.line(path);
  else if (!stdin.isTTY || !out.isTerminal) {
    out.line(path);
    out.line(`When you are done: ${next}`);
  } else {
    out.line(`You have ${task} to yourself, in ${path}. Leave the shell when you are done, or: ${next}`);
    await openShell(env.SHELL ?? '/bin/sh', path, {
      ...env,
      CONTINUO_TASK: task,
      CONTINUO_WORKFLOW: workflow,
    });
    await askToHandBack({ ...invocation, workflow }, task, next);
  }
}

async function takeWorkspace(invocation: Invocation, task: string, note: string): Promise<Place> {
  return withEngine(invocation, async (engine, project) => {
    const { status } = await lookAtTask(engine, task);
    requireHost(invocation, project, status);
    if (status.taken?.by !== invocation.by) await takeOver(engine, invocation, task, note);
    const path = await awaitTask(engine, invocation, task, (now) => pathOf(invocation, project, now));
    await requireFolder(path, task);
    return { path, workflow: project.config.file };
  });
}

/** Results of this command are paths: what is said meanwhile goes to stderr. */
async function takeOver(engine: Engine, invocation: Invocation, task: string, note: string): Promise<void> {
  const { out, by } = invocation;
  const aside = { ...invocation, json: false, out: { ...out, line: (text = '') => out.remark(text) } };
  await tellTask(engine, aside, task, takeOverUpdate, { ...newMessage(by), note });
}

/** Null until the workspace is free. */
function pathOf(invocation: Invocation, project: OpenProject, status: TaskStatus): string | null {
  const { task, taken, waiting, workspace, history } = status;
  requireHost(invocation, project, status);
  if (taken === null) {
    const why = history.at(-1)?.note ?? `its phase is ${status.phase}`;
    throw new CliError(ExitCode.refused, `task ${task} was not taken over: ${why}`);
  }
  return waiting?.kind === 'taken' && workspace !== null ? workspace.path : null;
}

function requireHost({ env }: Invocation, { paths }: OpenProject, { task, workspace }: TaskStatus): void {
  const here = hostId(env, paths.root);
  if (workspace === null || workspace.host === here) return;
  throw new CliError(
    ExitCode.failed,
    `the workspace of task ${task} is on host ${workspace.host}, in ${workspace.path}; this is host ${here}`,
    'run the command on that host',
  );
}

async function requireFolder(path: string, task: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    throw new CliError(
      ExitCode.failed,
      `the workspace ${path} is gone`,
      `let it be made again: continuo hand-back ${shellWord(task)}`,
      { cause },
    );
  }
}

async function askToHandBack(invocation: Invocation, task: string, next: string): Promise<void> {
  const { out, stdin, stderr } = invocation;
  const asking = createInterface({ input: stdin, output: stderr });
  const answer = await asking
    .question(`Hand ${task} back? [y] to the agent, [v] as finished, to be verified, [N] keep it `)
    .finally(() => asking.close());
  const choice = answer.trim().toLowerCase();
  if (choice.startsWith('y')) await handBackTask(invocation, task, {});
  else if (choice.startsWith('v')) await handBackTask(invocation, task, { verify: true });
  else out.line(`${task} stays with you. When you are done: ${next}`);
}
