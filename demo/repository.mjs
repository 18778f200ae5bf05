// Makes the repository that the demo works on: a small shop with a failing test, a WORKFLOW.md and
// three committed task files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const tasks = ['fix-total', 'add-slug', 'check-syntax'];

export function makeRepository(folder, settings) {
  for (const [file, text] of Object.entries(files(settings))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  git(folder, 'config', 'user.name', 'Demo');
  git(folder, 'config', 'user.email', 'demo@localhost');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'A shop with a wrong total');
}

export function git(folder, ...args) {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
}

function files({ agent, readable, workspaces }) {
  return {
    'package.json': `${JSON.stringify(
      { name: 'shop', private: true, type: 'module', scripts: { test: 'node --test' } },
      null,
      2,
    )}\n`,
    'src/total.js': `/** The price of a cart, in cents. */
export function total(items) {
  return items.reduce((sum, { cents }) => sum + cents, 0);
}
`,
    'test/total.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/total.js';

test('counts every piece', () => {
  assert.equal(total([{ cents: 250, quantity: 3 }]), 750);
});
`,
    'WORKFLOW.md': `---
project: { name: demo }
tracker: { kind: file, provider: { path: tasks } }
polling: { interval_ms: 1000 }
workspace: { root: ${JSON.stringify(workspaces)} }
agent: { kind: command }
command: { run: ${JSON.stringify(agent)} }
containment: { readable: [${JSON.stringify(readable)}] }
repository: { url: ., base: main }
verify:
  checks:
    - { name: test, run: npm test, timeout_ms: 60000 }
review: { human: { when: risk } }
land: { strategy: squash }
---
You are working on {{ issue.identifier }}: {{ issue.title }}

{{ issue.description }}
`,
    'tasks/fix-total.md': `---
title: The total ignores quantities
state: Todo
priority: 1
---
Three pieces at 2.50 must cost 7.50. The test for it fails today.
`,
    'tasks/add-slug.md': `---
title: Product names as parts of URLs
state: Todo
priority: 2
blocked_by: [fix-total]
---
\`slug('Green Tea, 100 g')\` is \`green-tea-100-g\`, and \`slug('Crème brûlée')\` is \`creme-brulee\`. With a test.
`,
    'tasks/check-syntax.md': `---
title: npm test also checks the syntax
state: Todo
priority: 3
blocked_by: [fix-total]
---
\`npm test\` should run \`node --check\` first. This changes how the repository is verified, so a person decides.
`,
  };
}
