import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BareRepository } from '../bare-repository.js';
import type { Protection, Repository, Role } from '../world.js';

export const noRules: Protection = {
  requiredContexts: [],
  isStrict: false,
  requiredApprovals: 0,
  dismissesStaleReviews: false,
  requiresConversationResolution: false,
  hasMergeQueue: false,
  enforcesAdmins: true,
};

/** The branches that somebody of this role cannot push to. */
export function protectedRefs({ protections }: Repository, role: Role): string[] {
  return Object.entries(protections)
    .filter(([, { enforcesAdmins }]) => enforcesAdmins || role !== 'admin')
    .map(([branch]) => `refs/heads/${branch}`);
}

/** Refuses a push in GitHub's words. Which branches are protected comes with each push. */
const updateHook = `#!/bin/sh
case "
$PROTECTED_REFS
" in
*"
$1
"*)
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
  ;;
esac
`;

export async function addUpdateHook({ path }: BareRepository): Promise<void> {
  const hook = join(path, 'hooks', 'update');
  await writeFile(hook, updateHook);
  await chmod(hook, 0o755);
}
