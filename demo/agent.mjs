// The demo's agent: a small program, not a model. It reads the prompt on stdin, as every `command`
// agent does, and changes files in the workspace it is started in. What it says of itself decides
// nothing: Continuo runs the checks.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const prompt = readFileSync(0, 'utf8');

const work = [
  { about: 'The total ignores quantities', act: fixTotal },
  { about: 'Product names as parts of URLs', act: addSlug },
  { about: 'npm test also checks the syntax', act: checkSyntax },
];

const known = work.find(({ about }) => prompt.includes(about));
if (known === undefined) {
  console.error(`this demo agent knows ${work.map(({ about }) => about).join(', ')}, and nothing else`);
  process.exit(1);
}
// Long enough to be seen at work.
await pause(1000);
console.log(known.act());

function fixTotal() {
  writeFileSync(
    'src/total.js',
    `/** The price of a cart, in cents. */
export function total(items) {
  return items.reduce((sum, { cents, quantity }) => sum + cents * quantity, 0);
}
`,
  );
  return 'Multiply each price by its quantity';
}

// The first try forgets accents. The test it writes from the examples catches that, and the
// failing output comes back with the next prompt.
function addSlug() {
  const wasAsked = prompt.includes('what becomes of accents');
  // What it wrote after the first failure stays.
  const sawFailure = wasAsked || prompt.includes('ERR_ASSERTION');
  const accents = wasAsked ? ', with its accents taken off' : '';
  const fold = sawFailure ? `.normalize('NFD').replace(/\\p{Diacritic}/gu, '')` : '';
  writeFileSync(
    'src/slug.js',
    `/** A product's name as part of a URL${accents}. */
export function slug(name) {
  return name${fold}.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}
`,
  );
  writeFileSync(
    'test/slug.test.js',
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../src/slug.js';

test('makes slugs of names', () => {
  assert.equal(slug('Green Tea, 100 g'), 'green-tea-100-g');
  assert.equal(slug('Crème brûlée'), 'creme-brulee');
});
`,
  );
  if (wasAsked) return 'Say what becomes of accents';
  return sawFailure ? 'Fold accents before making the slug' : 'Make slugs of product names';
}

function checkSyntax() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  manifest.scripts.test = 'node --check src/total.js && node --test';
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  return 'Check the syntax before the tests run';
}
