import { activityInfo } from '@temporalio/activity';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { Evidence } from '../../domain/evidence.js';
import { failedChecks } from '../../domain/evidence.js';
import type { VerifyPort } from '../../workflows/ports.js';
import type { Attempt } from '../attempt.js';
import { currentWorkflow } from '../attempt.js';
import { readWorkspaceRecord } from '../git/run-directory.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps, Logger } from '../host.js';
import { childEnvironment } from '../keeper/environment.js';
import { EvictedError } from '../keeper/program.js';
import { holdRun } from '../keeper/run-hold.js';
import { versionOf } from '../keeper/version.js';
import type { Verification } from './check-run.js';
import { clearAway, runChecks } from './check-run.js';
import type { EvidenceKey } from './manifest.js';
import { readEvidence, rulesOf, writeEvidence } from './manifest.js';

type VerifyInput = Parameters<VerifyPort['verify']>[0];

/**
 * Checks a commit by running the workflow file's checks, one after another, on a clean checkout.
 * Key: sha, base, overlay and the rules; see `readEvidence` for what a repetition returns. A repetition of an
 * activity that was left goes on in the same checkout with the check that runs. An attempt that leaves writes no evidence.
 */
export function createVerifyActivities(deps: HostDeps): VerifyPort {
  return {
    async verify(input) {
      const config = await deps.configs.get(input.config);
      const { runPath } = input.workspace;
      let check: string | null = null;
      return heartbeating(
        (_signal, attempt) =>
          holdRun({ runPath, part: 'verify', attempt }, async (held) =>
            verifyOnce({
              deps,
              config,
              input,
              identifier: await identifierOf(runPath),
              folder: join('evidence', input.overlay ? `${input.sha}-overlay` : input.sha),
              attempt: held,
              onCheck: (name) => (check = name),
            }),
          ),
        () => ({ check }),
      );
    },
  };
}

async function verifyOnce(verification: Verification): Promise<Evidence> {
  const { attempt } = verification;
  try {
    const evidence = await findOut(verification);
    await clearAway(verification);
    return evidence;
  } catch (error) {
    if (!isLeft(error, attempt)) await clearAway(verification);
    throw error;
  }
}

/** Then the next attempt goes on with what is there. */
function isLeft(error: unknown, { end, leave }: Attempt): boolean {
  return error instanceof EvictedError || (leave.aborted && !end.aborted);
}

async function findOut(verification: Verification): Promise<Evidence> {
  const { config, input, folder, deps } = verification;
  const { runPath } = input.workspace;
  const manifest = join(folder, 'manifest.json');
  const key = keyOf(config, input);
  const known = await readEvidence(join(runPath, manifest), key);
  if (known !== null) return known;

  await mkdir(join(runPath, folder), { recursive: true, mode: 0o700 });
  // Asked for while the checks run; it never fails.
  const tools = toolVersions(deps.env);
  const { startedAt, overlaid, checks } = await runChecks(verification);
  const { sha, baseSha } = input;
  const evidence = { sha, baseSha, overlaid, checks, tools: await tools, startedAt, manifest };
  await writeEvidence(join(runPath, manifest), key, evidence);
  logEvidence(deps.log, evidence);
  return evidence;
}

function logEvidence(log: Logger, evidence: Evidence): void {
  const { sha, checks } = evidence;
  const failed = failedChecks(evidence).map(({ name }) => name);
  const outcome = failed.length === 0 ? 'passed' : 'failed';
  const reason = failed.length === 0 ? undefined : failed.join(', ');
  log.info('checks ended', { outcome, sha, checks: checks.length, reason });
}

function keyOf(config: Config, { sha, baseSha, overlay }: VerifyInput): EvidenceKey {
  const activity = `${currentWorkflow().workflowRun}/${activityInfo().activityId}`;
  return { sha, baseSha, overlay, rules: rulesOf(config), activity };
}

async function identifierOf(runPath: string): Promise<string> {
  return (await readWorkspaceRecord(runPath))?.identifier ?? basename(runPath);
}

async function toolVersions(parent: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const env = childEnvironment(parent, [], {});
  const [bash = '', git = '', node = ''] = await Promise.all(
    ['bash', 'git', 'node'].map((name) => versionOf(name, env)),
  );
  const platform = `${process.platform} ${process.arch}`;
  return { bash, git, node, platform };
}
