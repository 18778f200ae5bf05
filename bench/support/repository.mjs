// The repository of a bench project: small, with a WORKFLOW.md and perhaps task files. The base is not checked out
// in it, as where nobody works in the folder that Continuo lands in: its files need not follow.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function git(folder, ...args) {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
}

export function makeRepository(folder, files) {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  git(folder, 'config', 'user.name', 'Bench');
  git(folder, 'config', 'user.email', 'bench@localhost');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'A project');
  git(folder, 'checkout', '--quiet', '--detach');
}

/** Where work lands, and who decides, unless told otherwise. */
const here = `repository: { url: ., base: main }
review: { human: { when: never } }
land: { strategy: squash }`;
const writeNote = 'mkdir -p notes && echo done > "notes/$CONTINUO_TASK.txt"';

/**
 * Nothing to think about, nothing to wait for: the agent writes one file, and the check looks at it. `before`
 * is a command line that the agent runs first, `agents` how many may run at once, and `sections` are those of another
 * agent, without braces around the keys of `agent`, and `places` in it those of where work lands and who decides.
 */
export function workflowFile({ project, workspaces, intervalMs, before = null, agents = 10, sections }) {
  const run = before === null ? writeNote : `${before}; ${writeNote}`;
  const command = { agent: 'kind: command', others: `command: { run: ${JSON.stringify(run)} }` };
  const { agent, others, places = here } = sections ?? command;
  return `---
project: { name: ${project} }
tracker: { kind: file, provider: { path: tasks } }
polling: { interval_ms: ${intervalMs} }
workspace: { root: ${JSON.stringify(workspaces)} }
agent: { ${agent}, max_concurrent_agents: ${agents} }
${others}
verify: { checks: [{ name: notes, run: test -d notes }] }
${places}
---
Write a note on {{ issue.identifier }}: {{ issue.title }}
`;
}
