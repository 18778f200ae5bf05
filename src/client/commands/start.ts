import type { Issue } from '../../domain/issue.js';
import { titleOf } from '../../domain/prompt-title.js';
import { shellWord } from '../../domain/status.js';
import type { Engine } from '../engine.js';
import { withEngine } from '../engine.js';
import { CliError, ExitCode } from '../error.js';
import { followTask } from '../follow-task.js';
import type { Invocation } from '../invocation.js';
import { readPrompt } from '../prompt.js';
import { promptIssue, reportStart, startTask } from '../prompt-task.js';
import { startIssue } from './start-issue.js';

export interface StartOptions {
  file?: string;
  title?: string;
  scope?: string[];
  accept?: string[];
  priority?: number;
  id?: string;
  wait?: boolean;
}

/** Starts a task from a prompt or from an issue and, with `--wait`, follows it to its end. */
export async function start(
  invocation: Invocation,
  prompt: string | null,
  options: StartOptions & { issue?: string },
): Promise<void> {
  if (options.issue === undefined) return startPrompt(invocation, prompt, options);
  const extra = [
    prompt,
    options.file,
    options.title,
    options.scope,
    options.accept,
    options.priority,
    options.id,
  ];
  if (extra.some((given) => given !== undefined && given !== null)) {
    throw new CliError(
      ExitCode.usage,
      '--issue takes everything from the tracker: without a prompt and its options',
      `continuo start --issue ${shellWord(options.issue)}`,
    );
  }
  return startIssue(invocation, options.issue, options.wait ?? false);
}

async function startPrompt(
  invocation: Invocation,
  argument: string | null,
  options: StartOptions,
): Promise<void> {
  const { cwd, stdin } = invocation;
  const prompt = await readPrompt({ argument, file: options.file ?? null, cwd, stdin });
  const issue = issueOf(prompt, options);
  await withEngine(invocation, async (engine) => {
    const started = await startTask(engine, issue);
    if (options.wait) await announceAndFollow(engine, invocation, issue);
    else reportStart(invocation, issue, { project: engine.project, ...started });
  });
}

function issueOf(prompt: string, options: StartOptions): Issue {
  const title = options.title?.trim() ?? titleOf(prompt);
  if (title === '') throw new CliError(ExitCode.usage, '--title is empty');
  const { scope = [], accept: acceptance = [], priority = null, id } = options;
  return promptIssue({ title, prompt, scope, acceptance, priority, id });
}

async function announceAndFollow(
  engine: Engine,
  invocation: Invocation,
  { identifier, title }: Issue,
): Promise<void> {
  const { out, json } = invocation;
  const started = `Started ${identifier}: ${title}`;
  if (json) out.remark(started);
  else out.line(started);
  await followTask(engine, invocation, identifier);
}
