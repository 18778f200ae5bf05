import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import { gitHubForge } from '../../../config/forge-profiles.js';
import type { GitHubForgeProvider } from '../../../config/github-provider.js';
import { FailureType } from '../../../domain/failure.js';
import { logIn } from '../../github/auth.js';
import type { GitHubClient } from '../../github/client.js';
import { createGitHubClient } from '../../github/client.js';
import type { MarkedComments } from '../../github/comments.js';
import { createMarkedComments } from '../../github/comments.js';
import type { CallMeter } from '../../github/meter.js';
import { activityMeter } from '../../github/meter.js';
import { namesOf } from '../../github/names.js';
import type { Place } from './place.js';

/** GitHub, where the changes of a configuration are kept. */
export interface GitHubForge {
  client: GitHubClient;
  place: Place;
  provider: GitHubForgeProvider;
  comments: MarkedComments;
}

/** How a test differs from the world. */
export interface Surroundings {
  meter?: CallMeter;
  answerMs?: number;
  now?: () => number;
}

/** Asks nothing yet. Throws a failure of the configuration where it names no repository of GitHub. */
export function openGitHubForge(config: Config, env: Environment, around: Surroundings = {}): GitHubForge {
  const provider = gitHubForge(config);
  const names = namesOf(provider, config, env);
  if (names === null) {
    const message =
      'forge.provider.repo: found nothing, allowed: owner/name, such as acme/shop, because repository.url names no repository of GitHub';
    throw ApplicationFailure.nonRetryable(message, FailureType.config);
  }
  const access = { ...provider, repository: names };
  const { meter = activityMeter } = around;
  const client = createGitHubClient({ ...around, meter, logIn: () => logIn(access, env) });
  return { client, place: { names }, provider, comments: createMarkedComments(client, names) };
}
