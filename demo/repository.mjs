// What the demo works on: a small shop with a failing test, a WORKFLOW.md, and three things to do.
import { execFileSync } from 'node:child_process';

/** What is to be done, in the order in which it is begun. The first one comes before the others. */
export const issues = [
  {
    name: 'fix-total',
    title: 'The total ignores quantities',
    body: 'Three pieces at 2.50 must cost 7.50. The test for it fails today.',
  },
  {
    name: 'add-slug',
    title: 'Product names as parts of URLs',
    body: "`slug('Green Tea, 100 g')` is `green-tea-100-g`, and `slug('Crème brûlée')` is `creme-brulee`. With a test.",
  },
  {
    name: 'check-syntax',
    title: 'npm test also checks the syntax',
    body: '`npm test` should run `node --check` first. This changes how the repository is verified, so a person decides.',
  },
];

export function git(folder, ...args) {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
}

/** The files of the shop. `at` says where its issues are and where changes land, as lines of the workflow file. */
export function filesOf({ agent, readable, workspaces }, { places, land }) {
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
${places.join('\n')}
polling: { interval_ms: 1000 }
workspace: { root: ${JSON.stringify(workspaces)} }
agent: { kind: command }
command: { run: ${JSON.stringify(agent)} }
containment: { readable: [${JSON.stringify(readable)}] }
verify:
  checks:
    - { name: test, run: npm test, timeout_ms: 60000 }
review: { human: { when: risk } }
${land}
---
You are working on {{ issue.identifier }}: {{ issue.title }}

{{ issue.description }}
`,
  };
}
