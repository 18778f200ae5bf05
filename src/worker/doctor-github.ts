import { logIn } from '../activities/github/auth.js';
import type { Standing } from '../activities/github/examine.js';
import { examine } from '../activities/github/examine.js';
import { explain } from '../activities/github/explain.js';
import { namesOf, noName } from '../activities/github/names.js';
import { pullRequestNeeds, trackerNeeds } from '../activities/github/needs.js';
import type { Config } from '../config/config.js';
import { GitHubProvider } from '../config/github-provider.js';
import type { Diagnosis } from './diagnosis.js';
import { bad, good, note } from './diagnosis.js';

const page = 'docs/trackers/github.md';
const dayMs = 24 * 60 * 60_000;
/** Whoever looks once a week learns of it in time. */
const soonMs = 7 * dayMs;
/** As much of a limit is left at least. */
const enough = 0.2;

/** Whether GitHub knows the credential, and what it lacks in the repository whose issues are worked on. */
export async function examineGitHub(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const provider = GitHubProvider.parse(config.tracker.provider);
  const names = namesOf(provider, config, env);
  if (names === null) return [bad('github', noName, `mend it in ${config.file}`)];
  try {
    const standing = await examine({
      logIn: () => logIn({ ...provider, repository: names }, env),
      names,
      isApp: provider.app !== undefined,
      needs: [...trackerNeeds, ...(config.land?.mode === 'pull_request' ? pullRequestNeeds : [])],
    });
    return describe(standing, `${names.owner}/${names.repo}`);
  } catch (error) {
    const explained = explain(error);
    if (explained === null) throw error;
    return [bad('github', explained.message, explained.advice ?? `${page} tells what is needed`)];
  }
}

function describe(standing: Standing, configured: string): Diagnosis[] {
  const { credential, name } = standing;
  return [
    good('github', `${name}, by ${credential.kind === 'app' ? 'an App' : `a ${credential.kind}`}`),
    ...repositoryFaults(standing, configured),
    ...credentialFaults(standing),
    ...limitOf(standing),
  ];
}

function repositoryFaults({ name, isArchived, hasIssues }: Standing, configured: string): Diagnosis[] {
  return [
    ...(name.toLowerCase() === configured.toLowerCase()
      ? []
      : [
          note(
            'github name',
            `${configured} is called ${name} by now`,
            `set tracker.provider.repo to ${name}`,
          ),
        ]),
    ...(isArchived
      ? [bad('github archive', `${name} is archived, so nobody writes there`, 'unarchive it')]
      : []),
    ...(hasIssues
      ? []
      : [bad('github issues', `${name} has no issues`, 'turn them on in its settings, below Features')]),
  ];
}

function credentialFaults({ credential, isPrivate, mayPush, missing, expiresAt }: Standing): Diagnosis[] {
  const subject = credential.kind === 'app' ? 'the App' : 'the token';
  const give =
    credential.kind === 'app'
      ? "give it to the App in its settings, and accept that in the installation's"
      : 'give it to the token in its settings on GitHub';
  const isEnough =
    credential.kind !== 'classic token' ||
    credential.scopes.includes('repo') ||
    (!isPrivate && credential.scopes.includes('public_repo'));
  const scope = isPrivate ? 'repo' : 'public_repo';
  return [
    ...(mayPush
      ? []
      : [
          bad(
            'github role',
            'the user of the token may not write in this repository, which labels and claims need',
            'give that user the role Write',
          ),
        ]),
    ...(isEnough
      ? []
      : [
          bad(
            'github scope',
            `the token lacks the scope ${scope}, without which it writes neither issues nor claims`,
            `give it that scope, or take a fine-grained token (${page})`,
          ),
        ]),
    ...missing.map(({ area, why }) =>
      bad(`github ${area}`, `${subject} lacks the permission ${area}: write, ${why}`, give),
    ),
    ...(expiresAt !== null && expiresAt < Date.now() + soonMs
      ? [
          note(
            'github token',
            `expires at ${new Date(expiresAt).toISOString()}`,
            'start the worker with a new one before; without it tasks wait, and none is lost',
          ),
        ]
      : []),
  ];
}

function limitOf({ limit: counted }: Standing): Diagnosis[] {
  if (counted === null) return [good('github limit', 'none')];
  const { limit, used, remaining, reset } = counted;
  const found = `${used} of ${limit} requests of this hour are used`;
  if (remaining >= limit * enough) return [good('github limit', found)];
  const until = new Date(reset * 1_000).toISOString();
  return [
    note(
      'github limit',
      found,
      `it begins anew at ${until}; see who else uses this credential, or take a GitHub App, which has a limit of its own`,
    ),
  ];
}
