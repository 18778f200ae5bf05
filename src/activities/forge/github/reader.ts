import type { Config } from '../../../config/config.js';
import { GitHubError } from '../../github/errors.js';
import { needsPerson } from '../../github/failure.js';
import type { HostDeps } from '../../host.js';
import type { ChangeReader, Picture } from '../change-reader.js';
import { rerunFailed } from './actions.js';
import { answerWord } from './answer-word.js';
import { failedCheck } from './check-logs.js';
import type { SeenCheck } from './checks-seen.js';
import { checksSeen, deciding } from './checks-seen.js';
import type { Surroundings } from './open.js';
import { openGitHubForge } from './open.js';
import { createPatience } from './patience.js';
import { createPermissions } from './permissions.js';
import { readChanges } from './read-changes.js';
import { toSeen } from './seen.js';
import { openThreads } from './threads.js';
import { createHearing } from './words.js';

/** Pull requests of a repository on GitHub, as they are read. */
export function createGitHubReader(
  config: Config,
  { env, log }: Pick<HostDeps, 'env' | 'log'>,
  around: Surroundings = {},
): ChangeReader {
  const forge = openGitHubForge(config, env, around);
  const { client, place, provider } = forge;
  const permissions = createPermissions(client, place, around.now);
  const hearing = createHearing(permissions);
  const patiently = createPatience(around.now);

  async function look(numbers: readonly number[]): Promise<Map<number, Picture>> {
    const { pulls, viewer } = await readChanges(client, place, numbers);
    const pictures = new Map<number, Picture>();
    for (const pull of pulls) {
      const seen = toSeen(pull, await openThreads(pull, permissions), viewer);
      pictures.set(pull.number, { seen, words: await hearing.listen(pull) });
    }
    return pictures;
  }

  /** Those that decide and have failed; null where the change is not at that commit. */
  async function failedAt(number: number, sha: string): Promise<SeenCheck[] | null> {
    const { pulls, viewer } = await readChanges(client, place, [number]);
    const pull = pulls.find(({ headRefOid }) => headRefOid === sha);
    if (pull === undefined) return null;
    return deciding(checksSeen(pull, viewer)).filter(({ state }) => state === 'failed');
  }

  return {
    refreshMs: provider.refresh_ms,

    look: (numbers) => patiently(() => look(numbers)),

    async answer(number, word, given) {
      try {
        await patiently(() => answerWord(forge, number, word, given));
      } catch (error) {
        // It took effect all the same, and one answer that is not granted must not keep others from theirs.
        if (!(error instanceof GitHubError) || !needsPerson(error)) throw error;
        log.warn('a comment could not be answered', { number, error: error.message });
      }
      hearing.settle(word);
    },

    rerun: (number, sha) =>
      patiently(async () => {
        const failed = await failedAt(number, sha);
        return failed !== null && rerunFailed(client, place, failed);
      }),

    failedChecks: (number, sha) =>
      patiently(async () => {
        const failed = [];
        for (const check of (await failedAt(number, sha)) ?? [])
          failed.push(await failedCheck(client, place, check));
        return failed;
      }),
  };
}
