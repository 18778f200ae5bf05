import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../config/package-root.js';

/** The prebuilt workflow bundle of this package. */
export function workflowBundle(): { codePath: string } {
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (!existsSync(codePath)) throw new Error(`${codePath} is missing; \`npm run build\` makes it`);
  return { codePath };
}
