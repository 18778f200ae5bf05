// The repository of a bench project: small, checked out, with a WORKFLOW.md and perhaps task files.
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
}

/** Nothing to think about, nothing to wait for: the agent writes one file, and the check looks at it. */
export function workflowFile({ project, workspaces, intervalMs }) {
  return `---
project: { name: ${project} }
tracker: { kind: file, provider: { path: tasks } }
polling: { interval_ms: ${intervalMs} }
workspace: { root: ${JSON.stringify(workspaces)} }
agent: { kind: command }
command: { run: 'mkdir -p notes && echo done > "notes/$CONTINUO_TASK.txt"' }
repository: { url: ., base: main }
verify: { checks: [{ name: notes, run: test -d notes }] }
review: { human: { when: never } }
land: { strategy: squash }
---
Write a note on {{ issue.identifier }}: {{ issue.title }}
`;
}
