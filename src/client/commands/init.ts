import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { workflowSchema } from '../../config/json-schema.js';
import type { Config } from '../../config/config.js';
import { parseConfig } from '../../config/parse.js';
import { makeLabels } from '../../worker/github-setup.js';
import { CliError, ExitCode } from '../error.js';
import { actionsFile, renderActionsFile } from '../init/actions-file.js';
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
  /** Has GitHub Actions run the checks of the file on pull requests. */
  actions?: boolean;
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
  if (options.actions && options.tracker !== 'github') {
    throw new CliError(ExitCode.usage, '--actions is for a repository on GitHub', 'add --tracker github');
  }
  const repository = await findRepository(cwd);
  const file = join(repository.root, 'WORKFLOW.md');
  const findings = await lookAround(repository, options, env);
  const text = renderWorkflowFile(findings);
  // A template that does not fit the findings must not reach the repository.
  const config = parseConfig(file, text, env);
  const actions = options.actions ? await actionsFor(repository.root, config, findings) : null;
  const shown = actions === null ? text : `${text}\n# ${actionsFile}\n${actions}`;

  if (options.print) {
    if (json) out.json({ file, written: [], labels: [], ...findings, text, actions });
    else out.text(shown);
    return;
  }
  if (await exists(file)) {
    throw new CliError(
      ExitCode.usage,
      `${file} is there already, and is never overwritten`,
      'compare it with a new one (continuo init --print), or move it away',
    );
  }
  if (!json) out.text(shown);
  await agree(invocation, file, options.yes ?? false);
  // They come first: what has failed is tried again by the same command.
  const labels = options.labels ? await labelsFor(config, env) : [];
  const files = [
    { path: file, text },
    ...(findings.tracker.kind === 'file' ? [{ path: 'tasks/README.md', text: tasksReadme }] : []),
    { path: schemaFile, text: `${JSON.stringify(workflowSchema(), null, 2)}\n` },
    ...(actions === null ? [] : [{ path: actionsFile, text: actions }]),
  ];
  const { written, kept } = await write(repository.root, files);
  if (json) out.json({ file, written, labels, ...findings, text, actions });
  else for (const line of nextSteps({ written, kept, labels, actions, findings })) out.line(line);
}

async function actionsFor(root: string, config: Config, { check }: Findings): Promise<string> {
  if (check !== null) return renderActionsFile(root, config);
  throw new CliError(
    ExitCode.usage,
    `no command of tests was recognized at ${root}, so there is nothing that GitHub Actions could run`,
    'name it: --check <command>',
  );
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

/** Writes what is not there yet. */
async function write(
  root: string,
  files: { path: string; text: string }[],
): Promise<{ written: string[]; kept: string[] }> {
  const [written, kept]: [string[], string[]] = [[], []];
  for (const { path, text } of files) {
    const file = resolve(root, path);
    if (await exists(file)) {
      kept.push(file);
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    // `wx` never replaces a file, however it came there meanwhile.
    await writeFile(file, text, { flag: 'wx' });
    written.push(file);
  }
  return { written, kept };
}

interface Outcome {
  written: string[];
  kept: string[];
  labels: string[];
  actions: string | null;
  findings: Findings;
}

function nextSteps({ written, kept, labels, actions, findings }: Outcome): string[] {
  const { check, agent, tracker } = findings;
  const isOnGitHub = tracker.kind === 'github';
  const added = ['WORKFLOW.md', ...(isOnGitHub ? [] : ['tasks']), '.continuo'];
  if (actions !== null) added.push(actionsFile);
  return [
    '',
    ...labels.map((label) => `Made the label ${label}`),
    ...written.map((path) => `Wrote ${path}`),
    ...kept.map((path) => `Left ${path} as it was`),
    '',
    'Next:',
    ...(agent === null ? ['  put the command of your coding agent into command.run'] : []),
    ...(check === null ? ['  put the command of your tests into verify.checks'] : []),
    `  git add ${added.join(' ')} && git commit -m 'Set up Continuo'`,
    ...(isOnGitHub ? ['  export GITHUB_TOKEN=<your token>', '  continuo doctor'] : []),
    '  continuo up',
    isOnGitHub
      ? `  put the label ${workLabel} on an issue of ${tracker.repo}`
      : "  continuo start '<what is to be done>'",
  ];
}
