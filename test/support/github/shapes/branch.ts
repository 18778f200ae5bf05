import { noRules } from '../acts/protection.js';
import { repositoryApi, repositoryWeb } from '../links.js';
import type { Protection, Repository, World } from '../world.js';
import { commitOf } from './commit.js';
import type { Schemas } from './schemas.js';

export async function branchOf(
  world: World,
  repository: Repository,
  name: string,
  sha: string,
): Promise<Schemas['branch-with-protection']> {
  const url = repositoryApi(world, repository, `/branches/${name}`);
  const rules = repository.protections[name];
  return {
    name,
    commit: await commitOf(world, repository, sha),
    _links: { html: repositoryWeb(world, repository, `/tree/${name}`), self: url },
    protected: rules !== undefined,
    protection: {
      enabled: rules !== undefined,
      required_status_checks: {
        enforcement_level: levelOf(rules ?? noRules),
        ...checksOf(rules ?? noRules),
      },
    },
    protection_url: `${url}/protection`,
  };
}

function levelOf({ requiredContexts, enforcesAdmins }: Protection): string {
  if (requiredContexts.length === 0) return 'off';
  return enforcesAdmins ? 'everyone' : 'non_admins';
}

const checksOf = ({ requiredContexts }: Protection) => ({
  contexts: requiredContexts,
  checks: requiredContexts.map((context) => ({ context, app_id: null })),
});

export function protectionOf(
  world: World,
  repository: Repository,
  branch: string,
  rules: Protection,
): Schemas['branch-protection'] {
  const url = repositoryApi(world, repository, `/branches/${branch}/protection`);
  return {
    url,
    ...(rules.requiredContexts.length === 0
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            strict: rules.isStrict,
            ...checksOf(rules),
            contexts_url: `${url}/required_status_checks/contexts`,
          },
        }),
    required_pull_request_reviews: {
      url: `${url}/required_pull_request_reviews`,
      dismiss_stale_reviews: rules.dismissesStaleReviews,
      require_code_owner_reviews: false,
      required_approving_review_count: rules.requiredApprovals,
      require_last_push_approval: false,
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rules.enforcesAdmins },
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: rules.requiresConversationResolution },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

/** What the rulesets of a repository ask of a branch; here they say the same as its protection. */
export function rulesOf({
  requiredContexts,
  isStrict,
  hasMergeQueue,
}: Protection): Schemas['repository-rule-detailed'][] {
  return [
    ...(requiredContexts.length === 0
      ? []
      : [
          {
            type: 'required_status_checks' as const,
            parameters: {
              required_status_checks: requiredContexts.map((context) => ({ context })),
              strict_required_status_checks_policy: isStrict,
            },
          },
        ]),
    ...(hasMergeQueue
      ? [
          {
            type: 'merge_queue' as const,
            parameters: {
              check_response_timeout_minutes: 60,
              grouping_strategy: 'ALLGREEN' as const,
              max_entries_to_build: 5,
              max_entries_to_merge: 5,
              merge_method: 'SQUASH' as const,
              min_entries_to_merge: 1,
              min_entries_to_merge_wait_minutes: 5,
            },
          },
        ]
      : []),
  ];
}
