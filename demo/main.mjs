// `npm run demo`: three things to do in a small repository become three landed commits.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Engine } from './engine.mjs';
import { Display } from './display.mjs';
import { GitHubPlace } from './github.mjs';
import { LocalPlace } from './local.mjs';

const help = `npm run demo [-- --github] [-- --yes] [-- --clean]

Takes three task files of a small repository to landed commits on an embedded Temporal server.

  --github take three issues to merged pull requests instead, on a GitHub that this starts on this machine
  --yes    decide for the person (always so where there is no terminal)
  --clean  remove the demo's folder at the end
`;

const { values } = parseArgs({
  options: {
    github: { type: 'boolean' },
    yes: { type: 'boolean' },
    clean: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const cli = fileURLToPath(new URL('../dist/continuo.js', import.meta.url));
if (!existsSync(cli)) {
  console.error('The demo needs the built program: npm run build');
  process.exit(1);
}

const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true && !values.yes;
const folder = mkdtempSync(join(tmpdir(), 'continuo-demo-'));
const repository = join(folder, 'shop');
const agent = fileURLToPath(new URL('agent.mjs', import.meta.url));

const place = values.github ? new GitHubPlace() : new LocalPlace();
const display = new Display();
display.line(`Continuo demo: ${place.summary}`);
display.line(`  repository  ${repository}`);
display.line('  agent       demo/agent.mjs, a small program: no model, no account, no key');

await place.make(repository, {
  agent: `'${process.execPath}' '${agent}'`,
  // The sandbox hides what is in /tmp, where this may have been cloned to.
  readable: dirname(agent),
  workspaces: join(folder, 'workspaces'),
});
for (const fact of place.facts) display.line(fact);
const { environment } = place;
const engine = new Engine({ cli, repository, data: join(folder, 'data'), environment });
process.once('SIGINT', () => void leave(130));
process.once('SIGTERM', () => void leave(143));

let code = 1;
try {
  const { uiUrl } = await engine.start();
  display.line(`  Temporal UI ${uiUrl}`);
  display.line('');
  code = (await follow()) ? 0 : 1;
  if (interactive)
    await display.ask('Press Enter to stop the engine; until then the Temporal UI shows all of it. ');
} catch (error) {
  display.stop();
  console.error(error instanceof Error ? error.message : error);
}
await leave(code);

/** Shows every task until all three have ended; true when all have landed. */
async function follow() {
  for (;;) {
    const statuses = await engine.statuses(place.tasks);
    display.show(statuses);
    await place.act(statuses, { engine, display, interactive });
    if (statuses.length === place.tasks.length && statuses.every(hasEnded)) {
      await report(statuses);
      return statuses.every(({ phase }) => phase === 'done');
    }
    if (!engine.isRunning()) throw new Error(`The engine ended. Its log is in ${folder}/data.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function hasEnded({ phase }) {
  return ['done', 'rejected', 'cancelled', 'failed'].includes(phase);
}

async function report(statuses) {
  display.stop();
  const landed = statuses.filter(({ landedSha }) => landedSha !== null);
  display.line('');
  display.line(`${landed.length} of ${statuses.length} tasks landed on main:`);
  for (const { task, landedSha, round, checks, workspace } of landed) {
    display.line('');
    display.line(`  ${place.landed(landedSha)}`);
    display.line(`    task ${task}, ${round === 1 ? 'at the first try' : `after ${round} rounds`}`);
    for (const { name, kind, durationMs, command, log } of checks) {
      display.line(
        `    check ${name}: ${kind} in ${(durationMs / 1000).toFixed(1)} s on the landed commit (${command})`,
      );
      display.line(`    log ${join(workspace.runPath, log)}`);
    }
  }
  for (const { task, phase, lastError } of statuses.filter(({ landedSha }) => landedSha === null)) {
    display.line(`  ${task} ended as ${phase}${lastError === null ? '' : `: ${lastError.message}`}`);
  }
  const look = await place.report(display);
  display.line('');
  display.line(values.clean ? 'Removing the demo.' : `Look around: ${look}`);
  if (!values.clean) display.line(`Throw it away: rm -rf ${folder}`);
}

async function leave(exitCode) {
  display.stop();
  await engine.stop();
  await place.close();
  if (values.clean) rmSync(folder, { recursive: true, force: true });
  process.exit(exitCode);
}
