import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { programFolder, root } from './program.mjs';

/**
 * The project's own modules, as one compiled file: `exports` names what each source exports. Returns its
 * path; a figure's own programs import it as well.
 */
export async function compileSources(scope, name, exports) {
  const outfile = join(programFolder(scope), `${name}.mjs`);
  const lines = Object.entries(exports).map(
    ([source, names]) => `export { ${names.join(', ')} } from './src/${source}';`,
  );
  await build({
    absWorkingDir: root,
    stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}

export async function importSources(scope, name, exports) {
  return import(pathToFileURL(await compileSources(scope, name, exports)).href);
}
