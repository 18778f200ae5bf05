// `npm test`: build, then types and lint, and beside them every jest test but those of the long suites. `npm run test:e2e` and
// `npm run test:storm`: build, then one of those, which kill real processes for minutes. `npm run test:agents`: build,
// install the agents, then the tests that drive them. `npm run test:live`: build, then the tests for a real GitHub, which are
// skipped where none is named. Words after the suite name some of its files. A few files that
// fail are run once more by themselves, and what passed only then is told. The last line is `N passed, N failed`; a step
// that fails counts as one failure, and so does a test file that cannot run; each is named above it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [first, ...others] = process.argv.slice(2);
const longSuites = ['e2e', 'storm', 'agents'];
const suite = [...longSuites, 'live'].includes(first) ? first : null;
const names = suite === null ? [] : others.filter((word) => !word.startsWith('-'));
const rest = suite === null ? process.argv.slice(2) : others.filter((word) => word.startsWith('-'));

/** Runs a step in the terminal. Returns null when it went well, and else its title. */
async function runStep(title, program, args, env = {}) {
  console.log(`\n== ${title}`);
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return report(title, await end(child));
}

/** Runs a step beside another one: what it says is shown when it is over. Returns as the one above. */
async function runAside(title, program, args) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const problem = await end(child);
  console.log(`\n== ${title}\n${output}`);
  return report(title, problem);
}

/** Null when it went well. */
function end(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`it cannot be started: ${error.message}`));
    child.on('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? code}`));
  });
}

function report(title, problem) {
  if (problem === null) return null;
  console.error(`${title}: failed, ${problem}`);
  return title;
}

/** Runs these files, and returns how many tests passed and, file by file, what failed. */
async function runJest(title, selection) {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-test-'));
  const report = join(folder, 'report.json');
  const options = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const args = [jest, '--json', `--outputFile=${report}`, ...selection, ...rest];
  const problem = await runStep(title, process.execPath, args, { NODE_OPTIONS: options.trim() });
  const jestItself = { file: null, titles: ['jest'] };
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = testResults.filter(({ status }) => status === 'failed').map(failuresOf);
    if (problem !== null && failed.length === 0) failed.push(jestItself);
    return { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: [jestItself] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tests of a file that failed; of a file that cannot run, its own name. */
function failuresOf({ name: file, assertionResults }) {
  const name = relative(root, file);
  const titles = assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => `${name}: ${fullName}`);
  return { file, titles: titles.length === 0 ? [name] : titles };
}

const titlesOf = (failed) => failed.flatMap(({ titles }) => titles);

/** When more files than these fail, it is not the machine. */
const filesToTryAgain = 4;

async function runTests() {
  const selection =
    suite === null
      ? [`--testPathIgnorePatterns=/test/(${longSuites.join('|')})/`]
      : (names.length === 0 ? [''] : names).map((name) => `test/${suite}/${name}`);
  // Each of these has an agent, which wants most of a processor, beside a server and a worker.
  if (suite === 'agents') selection.push('--maxWorkers=2');
  const first = await runJest('Tests', selection);
  const files = first.failed.map(({ file }) => file);
  if (files.length === 0 || files.length > filesToTryAgain || files.includes(null))
    return { ...first, onlyAgain: [] };
  const again = await runJest('Tests of the files that failed, by themselves', ['--runInBand', ...files]);
  const still = new Set(titlesOf(again.failed));
  const onlyAgain = titlesOf(first.failed).filter((title) => !still.has(title));
  return { passed: first.passed + onlyAgain.length, failed: again.failed, onlyAgain };
}

const build = ['Build', 'npm', ['run', '--silent', 'build']];
const types = ['Types', 'npm', ['run', '--silent', 'typecheck']];
const lint = ['Lint', 'npm', ['run', '--silent', 'lint']];
const agents = ['Agents', process.execPath, ['test/agents/install.mjs']];
const results = [await runStep(...build)];
if (suite === 'agents') results.push(await runStep(...agents));
// One processor each, and the tests wait much: together they take less time.
const aside = suite === null ? [types, lint].map((step) => runAside(...step)) : [];
const { passed, failed, onlyAgain } = await runTests();
results.push(...(await Promise.all(aside)));

const failures = [...results.filter((title) => title !== null), ...titlesOf(failed)];
console.log();
for (const title of onlyAgain) console.log(`Passed only when run again: ${title}`);
for (const title of failures) console.log(`Failed: ${title}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
