// Task files that come to be on the base, which is checked out nowhere.
import { execFileSync, spawnSync } from 'node:child_process';

/** Commits one task file for each name to the base. */
export function addTasks(repository, names) {
  const files = names.map((name) => {
    const text = `---\ntitle: Write ${name}\nstate: Todo\n---\nWrite a note.\n`;
    return `M 100644 inline tasks/${name}.md\ndata ${text.length}\n${text}`;
  });
  const at = `${Math.floor(Date.now() / 1_000)} +0000`;
  const commit = `commit refs/heads/main\ncommitter Bench <bench@localhost> ${at}\ndata 5\nTasks\nfrom refs/heads/main^0\n`;
  execFileSync('git', ['-C', repository, 'fast-import', '--quiet'], {
    input: `${commit}${files.join('\n')}\n`,
  });
}

/** A file as it is on the base; null while there is none. */
export function readLanded(repository, path) {
  const { status, stdout } = spawnSync('git', ['-C', repository, 'show', `main:${path}`], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : null;
}
