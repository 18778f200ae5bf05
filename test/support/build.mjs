// Before all tests: a dist/ of the present sources, for those that start the program, a keeper or a runner of git.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** When the newest file below was changed. */
function changedAt(folder) {
  const files = readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function builtAt() {
  return statSync(join(root, 'dist', 'continuo.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

export default function build() {
  if (builtAt() > Math.max(changedAt('src'), changedAt('scripts'))) return;
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('dist/ cannot be built: see above');
}
