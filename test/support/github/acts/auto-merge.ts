import { tell } from '../happenings.js';
import type { Happening } from '../happenings.js';
import { nextId, now } from '../identity.js';
import { Refusal } from '../refusal.js';
import type { MergeMethod, Pull, QueueEntry, User, World } from '../world.js';
import { openPulls } from './heads.js';
import { mergeStateOf, mergePull } from './merges.js';

const isReady = async (pull: Pull) => ['clean', 'unstable'].includes(await mergeStateOf(pull));

export async function enableAutoMerge(
  world: World,
  pull: Pull,
  by: User,
  method: MergeMethod,
): Promise<void> {
  const { repository } = pull.issue;
  if (!repository.allowsAutoMerge) throw new Refusal(422, 'Auto merge is not allowed for this repository');
  if (await isReady(pull)) throw new Refusal(422, 'Pull request Pull request is in clean status');
  pull.autoMerge = { by, method, at: now(world) };
  tell(world, { event: 'pull_request', action: 'auto_merge_enabled', by, repository, pull });
}

export function disableAutoMerge(world: World, pull: Pull, by: User): void {
  if (pull.autoMerge === null) throw new Refusal(422, "Can't disable auto-merge for this pull request.");
  pull.autoMerge = null;
  const { repository } = pull.issue;
  tell(world, { event: 'pull_request', action: 'auto_merge_disabled', by, repository, pull });
}

/** Merges what may be merged by now and was to be. It is asked after every change. */
export async function mergeWhatIsReady(world: World, { repository }: Happening): Promise<void> {
  for (const pull of openPulls(repository)) {
    const { autoMerge } = pull;
    if (autoMerge === null || !(await isReady(pull))) continue;
    await mergePull(world, pull, autoMerge.by, { method: autoMerge.method, role: 'write' });
  }
}

export function enqueue(world: World, pull: Pull, by: User, expected?: string | null): QueueEntry {
  const { repository, state } = pull.issue;
  if (repository.protections[pull.base.ref]?.hasMergeQueue !== true)
    throw new Refusal(422, 'Pull request Merge queue is not enabled for this branch');
  if (state === 'closed' || pull.isDraft) throw new Refusal(422, 'Pull request is not in a mergeable state');
  if (expected != null && expected !== pull.head.sha)
    throw new Refusal(422, 'Pull request head sha does not match the expected one');
  if (repository.queue.some((entry) => entry.pull === pull))
    throw new Refusal(422, 'Pull request is already in the queue');
  const entry = { id: nextId(world), pull, by, at: now(world) };
  repository.queue.push(entry);
  tell(world, { event: 'pull_request', action: 'enqueued', by, repository, pull });
  return entry;
}

export function dequeue(world: World, pull: Pull, by: User): QueueEntry {
  const { repository } = pull.issue;
  const entry = repository.queue.find((each) => each.pull === pull);
  if (entry === undefined) throw new Refusal(422, 'Pull request is not in the queue');
  repository.queue = repository.queue.filter((each) => each !== entry);
  tell(world, { event: 'pull_request', action: 'dequeued', by, repository, pull });
  return entry;
}
