import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The prebuilt workflow bundle of this package. */
export function workflowBundle(): { codePath: string } {
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (!existsSync(codePath)) throw new Error(`${codePath} is missing; \`npm run build\` makes it`);
  return { codePath };
}

/** This code runs from `src/` and, bundled, from several depths of `dist/`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
