import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a commit changes: new content, a link, an executable, or null for a file that goes. */
export type Change = string | null | { link: string } | { executable: string };

/** A real git repository in a temporary folder. */
export class TestRepository {
  readonly root = mkdtempSync(join(tmpdir(), 'verify-test-'));
  readonly path = join(this.root, 'repository');

  constructor() {
    mkdirSync(this.path);
    this.git('init', '--quiet', '--initial-branch=main');
  }

  git(...args: string[]): string {
    const identity = [
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@localhost',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...identity, ...args], { cwd: this.path, encoding: 'utf8' }).trim();
  }

  /** Commits the changes on top of what is there, and returns the commit. */
  commit(changes: Record<string, Change>): string {
    for (const [name, change] of Object.entries(changes)) this.#apply(join(this.path, name), change);
    this.git('add', '--all', '--force');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'change');
    return this.git('rev-parse', 'HEAD');
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #apply(file: string, change: Change): void {
    rmSync(file, { recursive: true, force: true });
    if (change === null) return;
    mkdirSync(dirname(file), { recursive: true });
    if (typeof change === 'string') writeFileSync(file, change);
    else if ('link' in change) symlinkSync(change.link, file);
    else {
      writeFileSync(file, change.executable);
      chmodSync(file, 0o755);
    }
  }
}
