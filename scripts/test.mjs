// `npm test`: build, then types and lint, and beside them every jest test but those of the long suites. `npm run test:e2e` and
// `npm run test:storm`: build, then one of those, which kill real processes for minutes. `npm run test:agents`: build,
// install the agents, then the tests that drive them. The last line is `N passed, N failed`; a step that fails counts
// as one failure, and so does a test file that cannot run. Words after the suite name some of its files.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [first, ...others] = process.argv.slice(2);
const longSuites = ['e2e', 'storm', 'agents'];
const suite = longSuites.includes(first) ? first : null;
const names = suite === null ? [] : others.filter((word) => !word.startsWith('-'));
const rest = suite === null ? process.argv.slice(2) : others.filter((word) => word.startsWith('-'));

/** Runs a step in the terminal and returns whether it went well. */
async function runStep(title, program, args, env = {}) {
  console.log(`\n== ${title}`);
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return report(title, await end(child));
}

/** Runs a step beside another one: what it says is shown when it is over. Returns whether it went well. */
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
  if (problem !== null) console.error(`${title}: failed, ${problem}`);
  return problem === null;
}

async function runJest() {
  const folder = mkdtempSync(join(tmpdir(), 'continuo-test-'));
  const report = join(folder, 'report.json');
  const options = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const selection =
    suite === null
      ? [`--testPathIgnorePatterns=/test/(${longSuites.join('|')})/`]
      : (names.length === 0 ? [''] : names).map((name) => `test/${suite}/${name}`);
  // Each of these has an agent, which wants most of a processor, beside a server and a worker.
  if (suite === 'agents') selection.push('--maxWorkers=2');
  const args = [jest, '--json', `--outputFile=${report}`, ...selection, ...rest];
  const ok = await runStep('Tests', process.execPath, args, { NODE_OPTIONS: options.trim() });
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: ok ? failed : Math.max(failed, 1) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const build = ['Build', 'npm', ['run', '--silent', 'build']];
const types = ['Types', 'npm', ['run', '--silent', 'typecheck']];
const lint = ['Lint', 'npm', ['run', '--silent', 'lint']];
const agents = ['Agents', process.execPath, ['test/agents/install.mjs']];
const results = [await runStep(...build)];
if (suite === 'agents') results.push(await runStep(...agents));
// One processor each, and the tests wait much: together they take less time.
const aside = suite === null ? [types, lint].map((step) => runAside(...step)) : [];
const { passed, failed } = await runJest();
results.push(...(await Promise.all(aside)));
const failedSteps = results.filter((ok) => !ok).length;

console.log(`\n${passed} passed, ${failed + failedSteps} failed`);
process.exitCode = failed + failedSteps === 0 ? 0 : 1;
