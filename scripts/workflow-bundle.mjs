// Bundles the workflows, once for each state of their sources: the result is kept by content hash,
// so that builds and test files share it. Prints the path of the bundle.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache/continuo');

/** Workflows may import nothing but these two folders and the SDK. */
const sources = ['src/domain', 'src/workflows'];

async function hashSources() {
  const hash = createHash('sha256');
  for (const folder of sources) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) hash.update(`${relative(root, file)}\0`).update(await readFile(file));
  }
  for (const file of ['node_modules/@temporalio/worker/package.json', 'scripts/workflow-bundle.mjs']) {
    hash.update(await readFile(join(root, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Returns the path of the bundle of the present sources. Safe when several processes do it at once. */
export async function bundleWorkflows() {
  const target = join(cache, `workflows-${await hashSources()}.js`);
  if (await exists(target)) return target;

  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const problems = [];
  const logger = {
    trace() {},
    debug() {},
    info() {},
    log() {},
    warn: (message) => problems.push(message),
    error: (message) => problems.push(message),
  };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src/workflows/index.ts'),
    workflowInterceptorModules: [join(root, 'src/workflows/log-interceptors.ts')],
    logger,
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
    }),
  }).catch((cause) => {
    throw new Error(`The workflow bundle cannot be built:\n${problems.join('\n')}`, { cause });
  });

  await mkdir(cache, { recursive: true });
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, target);
  return target;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleWorkflows());
