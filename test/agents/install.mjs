// Installs the coding agents of package.json beside it, where they are not installed yet. Without a network the tests of
// what is missing are skipped, and say so: no step of its own fails.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

/** The packages of a lock file by their place; none where there is no such file. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Whether npm would install the package on this machine. */
function isForHere({ os, cpu, libc }) {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const here = { os: process.platform, cpu: process.arch, libc: glibcVersionRuntime ? 'glibc' : 'musl' };
  const suits = (list, value) => list === undefined || list.includes(value);
  return suits(os, here.os) && suits(cpu, here.cpu) && suits(libc, here.libc);
}

const installed = packagesOf('node_modules/.package-lock.json');
const missing = Object.entries(packagesOf('package-lock.json')).filter(
  ([place, wanted]) => place !== '' && isForHere(wanted) && installed[place]?.integrity !== wanted.integrity,
);

if (missing.length === 0) {
  console.log('The agents are installed.');
} else {
  // The scripts of these packages only put the native program where a person's shell finds it.
  const args = ['ci', '--ignore-scripts', '--loglevel=error'];
  const { status, error } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) {
    const reason = error?.message ?? `npm ended with ${status}`;
    console.error(
      `The agents could not be installed (${reason}): tests of those that are missing are skipped.`,
    );
  }
}
