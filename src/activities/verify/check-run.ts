import { ApplicationFailure } from '@temporalio/common';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckResult } from '../../domain/evidence.js';
import { FailureType } from '../../domain/failure.js';
import type { VerifyPort } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { activityKey, currentWorkflow, placesOf } from '../attempt.js';
import { createCheckout } from '../git/checkout.js';
import { openMirror } from '../git/mirror.js';
import { moveToTrash } from '../git/trash.js';
import type { HostDeps } from '../host.js';
import { endStrays, removePlaces } from '../keeper/strays.js';
import type { Check } from './check.js';
import { runCheck } from './check.js';
import { logNames } from './log-names.js';
import { overlayProtected } from './overlay.js';
import type { Progress, ProgressFile } from './progress.js';
import { progressFile } from './progress.js';

/** One verification of a commit. */
export interface Verification {
  deps: HostDeps;
  config: Config;
  input: Parameters<VerifyPort['verify']>[0];
  /** The task's. */
  identifier: string;
  /** Where the evidence goes, relative to the run directory. */
  folder: string;
  attempt: Attempt;
  /** Told the name of each check that begins. */
  onCheck: (name: string) => void;
}

/** Whatever ends the keepers of checks again and again would be started for ever. */
const mostCheckouts = 3;

/**
 * Runs the checks in a checkout that the activity has for itself, whatever attempt it is in. Where a check was
 * cut off, nobody knows what it has left there: all of them run again, on another clean checkout.
 */
export async function runChecks(verification: Verification): Promise<Progress> {
  const own = placesFor(verification);
  await endStrays(own.places, currentWorkflow().workflowId, own.isOwn);
  for (let checkout = 1; checkout <= mostCheckouts; checkout += 1) {
    const begun = (await own.progress.read()) ?? (await checkOut(verification));
    const done = await goOn(verification, begun);
    if (done !== null) return done;
    await clearAway(verification);
  }
  const message = `checks were cut off ${mostCheckouts} times in a row`;
  throw ApplicationFailure.nonRetryable(message, FailureType.infrastructure);
}

/** Takes away everything of the checks but evidence and logs. Nothing of it runs any more then. */
export async function clearAway(verification: Verification): Promise<void> {
  const { paths } = verification.deps;
  const own = placesFor(verification);
  // First: without it the checkout counts as incomplete.
  await own.progress.remove();
  await endStrays(own.places, currentWorkflow().workflowId);
  for (const folder of [own.checkout, own.temporary]) await moveToTrash(paths, folder);
  await removePlaces(own.places, own.isOwn);
  // Another activity may have its own in there.
  for (const folder of own.shared) await rmdir(folder).catch(() => undefined);
}

interface Places {
  checkout: string;
  temporary: string;
  shared: string[];
  progress: ProgressFile;
  places: string;
  /** The key of the place of the check with this number. */
  keyOf: (index: number) => string;
  isOwn: (key: string) => boolean;
}

function placesFor({ input }: Pick<Verification, 'input'>): Places {
  const { runPath } = input.workspace;
  const key = activityKey();
  const shared = [join(runPath, 'checkout'), join(runPath, 'tmp', 'checks')] as const;
  const prefix = `check-${key}-`;
  return {
    checkout: join(shared[0], key),
    temporary: join(shared[1], key),
    shared: [...shared],
    progress: progressFile(join(shared[0], `${key}.json`)),
    places: placesOf(runPath),
    keyOf: (index) => `${prefix}${index}`,
    isOwn: (name) => name.startsWith(prefix),
  };
}

async function checkOut(verification: Verification): Promise<Progress> {
  const { deps, config, input, attempt } = verification;
  // What a cut-off attempt left.
  await clearAway(verification);
  const { checkout, progress } = placesFor(verification);
  const mirror = await openMirror({ paths: deps.paths, config });
  const signal = AbortSignal.any([attempt.end, attempt.leave]);
  // What has landed since is not here yet.
  if ((await mirror.resolve(input.sha)) === null) await mirror.fetch(signal);
  await createCheckout({ mirror, dir: checkout, commit: input.sha, signal });
  const overlaid = input.overlay
    ? await overlayProtected({ ...input, config, gitDir: mirror.gitDir, checkout })
    : [];
  const begun: Progress = { startedAt: new Date().toISOString(), overlaid, checks: [] };
  await progress.write(begun);
  return begun;
}

/** Runs the checks that have not ended yet. Null when one was cut off. */
async function goOn(verification: Verification, begun: Progress): Promise<Progress | null> {
  const { config, attempt } = verification;
  const { progress } = placesFor(verification);
  const checks = config.verify?.checks ?? [];
  const results = [...begun.checks];
  for (const [index, check] of [...checks.entries()].slice(results.length)) {
    verification.onCheck(check.name);
    AbortSignal.any([attempt.end, attempt.leave]).throwIfAborted();
    const result = await runOne(verification, check, index);
    if (result === null) return null;
    results.push(result);
    await progress.write({ ...begun, checks: results });
  }
  return { ...begun, checks: results };
}

async function runOne(
  { deps, config, input, identifier, folder, attempt }: Verification,
  check: Check,
  index: number,
): Promise<CheckResult | null> {
  const own = placesFor({ input });
  const temporary = join(own.temporary, String(index));
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const names = logNames((config.verify?.checks ?? []).map(({ name }) => name));
  return runCheck({
    check,
    config,
    host: deps,
    folder: own.checkout,
    temporary,
    runPath: input.workspace.runPath,
    identifier,
    place: join(own.places, own.keyOf(index)),
    log: join(folder, names[index] ?? `${index}.log`),
    attempt,
  });
}
