// `npm run bench`: what Continuo costs, each figure beside a floor that is taken in the same run.
import { parseArgs } from 'node:util';
import { figures } from './figures/index.mjs';
import { table } from './support/report.mjs';
import { Scope } from './support/scope.mjs';

const names = Object.keys(figures);
const help = `npm run bench [-- --only <name>[,<name>]] [-- --json] [-- --quick]

Measures what Continuo costs against floors of the same run. See docs/performance.md.

  --only <names>  some of: ${names.join(', ')}
  --json          print the figures, and what they are made of, as JSON
  --quick         fewer repetitions and tasks, to see that everything works
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
const wanted = values.only === undefined ? names : values.only.split(',');
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no figure is called ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}

const scope = new Scope();
let interrupted = false;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    interrupted = true;
    // Whatever was under way fails now, some of it where nobody can catch it.
    process.on('uncaughtException', () => undefined);
    void scope.close().finally(() => process.exit(code));
  });
}

process.once('uncaughtException', (error) => {
  if (!interrupted) console.error(error);
  void scope.close().finally(() => process.exit(1));
});

const say = (line) => process.stderr.write(`${line}\n`);
const results = [];
try {
  for (const name of names.filter((one) => wanted.includes(one))) {
    say(`== ${name}`);
    const own = scope.child();
    try {
      const { quick = false } = values;
      results.push(...(await figures[name]({ scope: own, quick, say })));
    } finally {
      await own.close();
    }
  }
} catch (error) {
  if (!interrupted) console.error(error);
  process.exitCode = 1;
} finally {
  await scope.close();
}
if (values.json) console.log(JSON.stringify(results, null, 2));
else if (results.length > 0) console.log(table(results));
