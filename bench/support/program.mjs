import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/continuo', `bench-${process.pid}`);

/** A folder from which the project's packages can be imported. */
export function programFolder(scope) {
  mkdirSync(cache, { recursive: true });
  scope.defer(async () => rmSync(cache, { recursive: true, force: true }));
  return cache;
}

/** The built program, as it is now: a build that happens meanwhile changes nothing. */
export function copyProgram(scope) {
  if (!existsSync(join(root, 'dist/continuo.js'))) {
    throw new Error('the bench needs the built program: npm run build');
  }
  const folder = programFolder(scope);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  return join(folder, 'dist/continuo.js');
}
