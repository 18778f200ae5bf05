// Builds dist/: the workflow bundle that workers load, the command line program, and the programs that agents and
// keepers start.
// Types are checked by `npm run typecheck`.
import { build } from 'esbuild';
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from './workflow-bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
// Built beside, then put in place: programs that start meanwhile find a whole dist/.
const draft = `${dist}.${process.pid}`;

// Native, or loaded by `up` and `worker` only: bundling these would not make any start faster.
// @temporalio/activity has to be the copy that @temporalio/worker uses, because it holds the context.
const external = [
  '@temporalio/activity',
  '@temporalio/core-bridge',
  '@temporalio/worker',
  '@secretlint/*',
  'fast-xml-parser',
];

// Bundled CommonJS packages call `require` for Node's own modules.
const banner = [
  "import { createRequire as continuoCreateRequire } from 'node:module';",
  'const require = continuoCreateRequire(import.meta.url);',
].join('\n');

async function buildProgram() {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/continuo.ts'],
    outdir: draft,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: banner },
    external,
    logLevel: 'warning',
  });
  await chmod(join(draft, 'continuo.js'), 0o755);
}

/** One file that needs nothing beside it: these start often, and outlive what is in `dist/`. */
async function buildAlone(source, name) {
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: join(draft, name),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
  });
}

/** The JSON Schema of WORKFLOW.md, as `continuo schema` prints it, for those who publish it. */
async function buildSchema() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/config/json-schema.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { workflowSchema } = await import(`data:text/javascript;base64,${code}`);
  await writeFile(join(draft, 'workflow.schema.json'), `${JSON.stringify(workflowSchema(), null, 2)}\n`);
}

async function putInPlace() {
  const old = `${draft}.old`;
  await rename(dist, old).catch(() => undefined);
  await rename(draft, dist);
  await rm(old, { recursive: true, force: true });
}

try {
  await mkdir(draft, { recursive: true });
  const bundle = bundleWorkflows().then((file) => copyFile(file, join(draft, 'workflow-bundle.js')));
  const keeper = buildAlone('src/activities/keeper/process/main.ts', 'keeper.js');
  const shim = buildAlone('src/activities/keeper/shim/main.ts', 'tool-shim.js');
  const runner = buildAlone('src/activities/git/runner/main.ts', 'git-runner.js');
  await Promise.all([bundle, buildProgram(), buildSchema(), keeper, shim, runner]);
  await putInPlace();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(draft, { recursive: true, force: true });
}
