import type { Config } from '../../../config/config.js';
import type { Environment } from '../../../config/environment.js';
import { gitHubForge } from '../../../config/forge-profiles.js';
import { CredentialError, logIn } from '../../github/auth.js';
import { createGitHubClient } from '../../github/client.js';
import { GitHubError } from '../../github/errors.js';
import type { CallMeter } from '../../github/meter.js';
import { activityMeter } from '../../github/meter.js';
import { namesOf } from '../../github/names.js';
import type { Logger } from '../../host.js';
import type { ChangeReader, Picture } from '../change-reader.js';
import { rerunFailed } from './actions.js';
import { answerWord } from './answer-word.js';
import { failedCheck } from './check-logs.js';
import type { SeenCheck } from './checks-seen.js';
import { checksSeen, deciding } from './checks-seen.js';
import { createPermissions } from './permissions.js';
import { readChanges } from './read-changes.js';
import { toSeen } from './seen.js';
import { openThreads } from './threads.js';
import { createHearing } from './words.js';

/** How a test differs from the world. */
export interface Surroundings {
  meter?: CallMeter;
  answerMs?: number;
  now?: () => number;
}

/** Pull requests of a repository on GitHub, as they are read. */
export function createGitHubReader(
  config: Config,
  { env, log }: { env: Environment; log: Logger },
  around: Surroundings = {},
): ChangeReader {
  const provider = gitHubForge(config);
  const names = namesOf(provider, config, env);
  if (names === null) throw new CredentialError('forge.provider.repo names no repository of GitHub');
  const place = { names };
  const { now = Date.now, meter = activityMeter } = around;
  const client = createGitHubClient({
    ...around,
    meter,
    logIn: () => logIn({ ...provider, repository: names }, env),
  });
  const permissions = createPermissions(client, place, now);
  const hearing = createHearing(permissions);

  /** Those that decide and have failed; null where the change is not at that commit. */
  async function failedAt(number: number, sha: string): Promise<SeenCheck[] | null> {
    const { pulls, viewer } = await readChanges(client, place, [number]);
    const pull = pulls.find(({ headRefOid }) => headRefOid === sha);
    if (pull === undefined) return null;
    return deciding(checksSeen(pull, viewer)).filter(({ state }) => state === 'failed');
  }

  return {
    refreshMs: provider.refresh_ms,

    async look(numbers) {
      const { pulls, viewer } = await readChanges(client, place, numbers);
      const pictures = new Map<number, Picture>();
      for (const pull of pulls) {
        const seen = toSeen(pull, await openThreads(pull, permissions), viewer);
        pictures.set(pull.number, { seen, words: await hearing.listen(pull) });
      }
      return pictures;
    },

    async answer(number, word, given) {
      try {
        await answerWord(client, place, number, word, given);
      } catch (error) {
        // It took effect all the same, and one answer that is not granted must not keep others from theirs.
        if (!(error instanceof GitHubError) || !refusals.includes(error.kind)) throw error;
        log.warn('a comment could not be answered', { number, error: error.message });
      }
      hearing.settle(word);
    },

    async rerun(number, sha) {
      const failed = await failedAt(number, sha);
      return failed !== null && rerunFailed(client, place, failed);
    },

    async failedChecks(number, sha) {
      const failed = [];
      for (const check of (await failedAt(number, sha)) ?? [])
        failed.push(await failedCheck(client, place, check));
      return failed;
    },
  };
}

const refusals: readonly string[] = ['forbidden', 'not_found', 'validation'];
