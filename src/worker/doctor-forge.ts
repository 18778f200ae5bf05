import { ApplicationFailure } from '@temporalio/common';
import { openGitHubForge } from '../activities/forge/registry.js';
import { CredentialError } from '../activities/github/auth.js';
import { readBaseGuard } from '../activities/github/base-guard.js';
import { GitHubError } from '../activities/github/errors.js';
import type { Config } from '../config/config.js';
import type { Diagnosis } from './diagnosis.js';
import { bad, good, note } from './diagnosis.js';

const page = 'docs/forges/github.md';

/** Whether the base of a forge on GitHub is kept at commits that were checked. */
export async function examineForge(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const { forge, repository } = config;
  if (forge.kind !== 'github' || repository === null) return [];
  const { base } = repository;
  try {
    const { client, place } = openGitHubForge(config, env);
    const { owner, repo } = place.names;
    const guard = await readBaseGuard(client, place.names, base);
    if (guard !== null) return [good('forge', `${owner}/${repo}, whose ${base} has ${guard}`)];
    const found = `${owner}/${repo} may merge onto ${base} what was checked with an older one: no strict required checks and no merge queue of it are seen`;
    return [note('forge', found, `require branches to be up to date, or turn on a merge queue (${page})`)];
  } catch (error) {
    const isKnown =
      error instanceof GitHubError || error instanceof CredentialError || error instanceof ApplicationFailure;
    if (!isKnown) throw error;
    return [bad('forge', error.message, `${page} tells what is needed`)];
  }
}
