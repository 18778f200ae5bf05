import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { workflowSchema } from '../../config/json-schema.js';
import type { Config } from '../../config/config.js';
import { parseConfig } from '../../config/parse.js';
import { makeLabels } from '../../worker/github-setup.js';
import { CliError, ExitCode } from '../error.js';
import { findAgent } from '../init/find-agent.js';
import { findCheckCommand } from '../init/check-command.js';
import type { TrackerKind } from '../init/find-tracker.js';
import { findTracker } from '../init/find-tracker.js';
import type { Repository } from '../init/repository.js';
import { exists, findRepository } from '../init/repository.js';
import type { Findings } from '../init/template.js';
import { renderWorkflowFile, schemaFile, tasksReadme, workLabel } from '../init/template.js';
import type { Invocation } from '../invocation.js';

export interface InitOptions {
  agentCommand?: string;
  check?: string;
  base?: string;
  tracker: TrackerKind;
  /** Makes the labels that the file names, where the tracker has labels. */
  labels?: boolean;
  /** Writes without asking. */
  yes?: boolean;
  /** Shows and writes nothing. */
  print?: boolean;
}

/** Proposes a workflow file for the repository at hand, and writes it when the person agrees. */
export async function initProject(invocation: Invocation, options: InitOptions): Promise<void> {
  const { out, env, cwd, json } = invocation;
  if (options.labels && options.tracker !== 'github') {
    throw new CliError(ExitCode.usage, '--labels makes labels on GitHub', 'add --tracker github');
  }
  const repository = await findRepository(cwd);
  const file = join(repository.root, 'WORKFLOW.md');
  const findings = await lookAround(repository, options, env);
  const text = renderWorkflowFile(findings);
  // A template that does not fit the findings must not reach the repository.
  const config = parseConfig(file, text, env);

  if (options.print) {
    if (json) out.json({ file, written: [], labels: [], ...findings, text });
    else out.text(text);
    return;
  }
  if (await exists(file)) {
    throw new CliError(
      ExitCode.usage,
      `${file} is there already, and is never overwritten`,
      'compare it with a new one (continuo init --print), or move it away',
    );
  }
  if (!json) out.text(text);
  await agree(invocation, file, options.yes ?? false);
  // They come first: what has failed is tried again by the same command.
  const labels = options.labels ? await labelsFor(config, env) : [];
  const written = await write(repository.root, file, text, findings);
  if (json) out.json({ file, written, labels, ...findings, text });
  else for (const line of nextSteps(written, labels, findings)) out.line(line);
}

async function labelsFor(config: Config, env: NodeJS.ProcessEnv): Promise<string[]> {
  const outcome = await makeLabels(config, env);
  if (outcome.kind === 'made') return outcome.labels;
  throw new CliError(
    ExitCode.failed,
    `the labels could not be made: ${outcome.message}`,
    'nothing was written; mend that, or leave out --labels',
  );
}

async function lookAround(
  { root, branch }: Repository,
  options: InitOptions,
  env: NodeJS.ProcessEnv,
): Promise<Findings> {
  const base = options.base ?? branch;
  if (base === null) {
    throw new CliError(
      ExitCode.usage,
      `no branch is checked out at ${root}`,
      'name the branch that changes land on: --base <branch>',
    );
  }
  const project = projectName(basename(root));
  return {
    project,
    base,
    check: options.check ?? (await findCheckCommand(root)),
    agent: await agentOf(options, env),
    tracker: await findTracker(options.tracker, root, env),
    workspaces: `~/.local/state/continuo/${encodeURIComponent(project)}/workspaces`,
  };
}

async function agentOf({ agentCommand }: InitOptions, env: NodeJS.ProcessEnv): Promise<Findings['agent']> {
  if (agentCommand !== undefined) return { command: agentCommand };
  const kind = await findAgent(env);
  return kind === null ? null : { kind };
}

/** The folder's name, as far as a project may be called so. */
function projectName(folder: string): string {
  const name = folder.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 64) || 'project';
}

/** Throws `CliError` when the person does not agree, or cannot be asked. */
async function agree({ out, stdin, stderr }: Invocation, file: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY || !out.isTerminal) {
    throw new CliError(
      ExitCode.usage,
      `nothing was written: there is no terminal to ask on`,
      'write it without asking: continuo init --yes',
    );
  }
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await asking.question(`Write this to ${file}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(ExitCode.failed, 'nothing was written');
  } finally {
    asking.close();
  }
}

/** Writes what is not there yet; returns the files that were written. */
async function write(root: string, file: string, text: string, { tracker }: Findings): Promise<string[]> {
  const files = [
    { path: file, text },
    ...(tracker.kind === 'file' ? [{ path: join(root, 'tasks', 'README.md'), text: tasksReadme }] : []),
    { path: join(root, schemaFile), text: `${JSON.stringify(workflowSchema(), null, 2)}\n` },
  ];
  const written: string[] = [];
  for (const { path, text } of files) {
    if (await exists(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    // `wx` never replaces a file, however it came there meanwhile.
    await writeFile(path, text, { flag: 'wx' });
    written.push(path);
  }
  return written;
}

function nextSteps(written: string[], labels: string[], { check, agent, tracker }: Findings): string[] {
  const isOnGitHub = tracker.kind === 'github';
  return [
    '',
    ...labels.map((label) => `Made the label ${label}`),
    ...written.map((path) => `Wrote ${path}`),
    '',
    'Next:',
    ...(agent === null ? ['  put the command of your coding agent into command.run'] : []),
    ...(check === null ? ['  put the command of your tests into verify.checks'] : []),
    `  git add WORKFLOW.md ${isOnGitHub ? '' : 'tasks '}.continuo && git commit -m 'Set up Continuo'`,
    ...(isOnGitHub ? ['  export GITHUB_TOKEN=<your token>', '  continuo doctor'] : []),
    '  continuo up',
    isOnGitHub
      ? `  put the label ${workLabel} on an issue of ${tracker.repo}`
      : "  continuo start '<what is to be done>'",
  ];
}
