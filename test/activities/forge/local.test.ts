import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForge } from '../../../src/activities/forge/registry.js';
import { forgeContract } from '../../contracts/forge.js';
import type { ForgeRig } from '../../contracts/forge.js';
import { GitRig, commitAll, git, write } from '../git/rig.js';

async function openRig(bare: boolean): Promise<ForgeRig> {
  const rig = new GitRig({ bare });
  let tasks = 0;
  const clone = join(rig.folder, 'clone');
  await Promise.resolve();
  return {
    forge: openForge(rig.config, rig.deps),
    async landing() {
      tasks += 1;
      const identifier = `SHOP-${tasks}`;
      const workspace = await rig.workspace(identifier);
      const sha = await rig.commit(workspace, { [`${identifier}.txt`]: 'work' }, { identifier });
      const entry = rig.entry(workspace, sha, { identifier });
      return { entry, candidate: await rig.candidate(entry) };
    },
    head: () => rig.git('rev-parse', 'main'),
    moveBase() {
      if (!bare) return rig.commitToBase({ 'theirs.txt': 't' });
      git(rig.folder, 'clone', '--quiet', rig.user, clone);
      write(clone, { 'theirs.txt': 't' });
      const sha = commitAll(clone, 'Somebody else');
      git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
      return sha;
    },
    refuse(words) {
      const hooks = join(rig.user, bare ? 'hooks' : '.git/hooks');
      mkdirSync(hooks, { recursive: true });
      writeFileSync(join(hooks, 'pre-receive'), `#!/bin/sh\necho ${words} >&2\nexit 1\n`, { mode: 0o755 });
    },
    remove: () => rig.remove(),
  };
}

forgeContract('local, bare', () => openRig(true));
forgeContract('local, checked out', () => openRig(false));
