import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Landing } from '../../../src/activities/forge/forge.js';
import { createLocalForge } from '../../../src/activities/forge/local/index.js';
import type { LandingStep } from '../../../src/activities/forge/local/step.js';
import type { MergeOutcome } from '../../../src/workflows/ports.js';
import { GitRig, commitAll, git } from '../git/rig.js';

/** A person's repository with the base checked out, and changes that are to land on it. */
export class CheckoutRig {
  readonly rig: GitRig;
  readonly user: string;
  private clones = 0;

  constructor(files: Record<string, string>, bare = false) {
    this.rig = new GitRig({ files, bare });
    this.user = this.rig.user;
  }

  /** A change to the present base, as `edit` makes it in a clone of its own. */
  change(edit: (folder: string) => void): Landing {
    this.clones += 1;
    const [identifier, clone] = [`SHOP-${this.clones}`, join(this.rig.folder, `clone-${this.clones}`)];
    git(this.rig.folder, 'clone', '--quiet', '--branch', 'main', this.user, clone);
    const baseSha = git(clone, 'rev-parse', 'HEAD');
    edit(clone);
    const sha = commitAll(clone, 'Landed');
    git(clone, 'push', '--quiet', 'origin', `HEAD:refs/continuo/shop/${identifier}/landing`);
    return { entry: { project: 'shop', identifier, base: 'main' }, candidate: { sha, baseSha } };
  }

  merge(landing: Landing, at?: (step: LandingStep) => void): Promise<MergeOutcome> {
    return createLocalForge(this.rig.config, this.rig.deps, at).merge(landing);
  }

  head(): string {
    return git(this.user, 'rev-parse', 'main');
  }

  /** What git says of a working tree, line by line. */
  status(folder = this.user): string[] {
    const output = git(folder, 'status', '--porcelain', '--untracked-files=all');
    return output === '' ? [] : output.split('\n').map((line) => line.trim());
  }

  /** What a landing has left behind: there is to be nothing. */
  leftovers(): string[] {
    const gitDir = join(this.user, '.git');
    const { landings } = this.rig.paths;
    return [
      ...readdirSync(gitDir).filter((name) => name.endsWith('.lock') || name.startsWith('continuo')),
      ...(existsSync(landings) ? readdirSync(landings) : []),
    ];
  }

  remove(): void {
    this.rig.remove();
  }
}
