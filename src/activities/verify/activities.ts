import { activityInfo } from '@temporalio/activity';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import type { CheckResult, Evidence } from '../../domain/evidence.js';
import type { VerifyPort } from '../../workflows/ports.js';
import { createCheckout } from '../git/checkout.js';
import { openMirror } from '../git/mirror.js';
import { moveToTrash } from '../git/trash.js';
import { heartbeating } from '../heartbeat.js';
import type { HostDeps } from '../host.js';
import { childEnvironment } from '../keeper/environment.js';
import { checksIdentity } from '../keeper/identity.js';
import { endLeftover } from '../keeper/program.js';
import type { Hold } from '../keeper/run-hold.js';
import { holdRun } from '../keeper/run-hold.js';
import { versionOf } from '../keeper/version.js';
import { runCheck } from './check.js';
import { logNames } from './log-names.js';
import type { EvidenceKey } from './manifest.js';
import { readEvidence, rulesOf, writeEvidence } from './manifest.js';
import { overlayProtected } from './overlay.js';

type VerifyInput = Parameters<VerifyPort['verify']>[0];

interface Verification {
  deps: HostDeps;
  config: Config;
  input: VerifyInput;
  /** Where the evidence goes, relative to the run directory. */
  folder: string;
  hold: Hold;
  /** Told the name of each check that begins. */
  onCheck: (name: string) => void;
}

/**
 * Checks a commit by running the workflow file's checks, one after another, on a clean checkout.
 * Key: sha, base, overlay and the rules; see `readEvidence` for what a repetition returns. An attempt that
 * another one has superseded leaves no evidence.
 */
export function createVerifyActivities(deps: HostDeps): VerifyPort {
  return {
    async verify(input) {
      const config = await deps.configs.get(input.config);
      let check: string | null = null;
      return heartbeating(
        (signal) =>
          holdRun({ runPath: input.workspace.runPath, part: 'verify', signal }, (hold) =>
            verifyOnce({
              deps,
              config,
              input,
              folder: join('evidence', input.overlay ? `${input.sha}-overlay` : input.sha),
              hold,
              onCheck: (name) => (check = name),
            }),
          ),
        () => ({ check }),
      );
    },
  };
}

async function verifyOnce(verification: Verification): Promise<Evidence> {
  const { config, input, folder, hold } = verification;
  const { runPath } = input.workspace;
  const manifest = join(folder, 'manifest.json');
  const key = keyOf(config, input);
  const known = await readEvidence(join(runPath, manifest), key);
  if (known !== null) return known;

  await endLeftover(join(runPath, checksIdentity));
  await mkdir(join(runPath, folder), { recursive: true, mode: 0o700 });
  const startedAt = new Date().toISOString();
  // Asked for while the checks run; it never fails.
  const tools = toolVersions(verification.deps.env);
  const { overlaid, checks } = await checkOut(verification);
  const evidence: Evidence = {
    sha: input.sha,
    baseSha: input.baseSha,
    overlaid,
    checks,
    tools: await tools,
    startedAt,
    manifest,
  };
  await hold.require();
  await writeEvidence(join(runPath, manifest), key, evidence);
  return evidence;
}

function keyOf(config: Config, { sha, baseSha, overlay }: VerifyInput): EvidenceKey {
  const { workflowExecution, activityId } = activityInfo();
  const activity = `${workflowExecution?.runId ?? ''}/${activityId}`;
  return { sha, baseSha, overlay, rules: rulesOf(config), activity };
}

/** Runs the checks in a checkout of their own, which goes to the trash however they end. */
async function checkOut(verification: Verification): Promise<Pick<Evidence, 'overlaid' | 'checks'>> {
  const { deps, config, input, hold } = verification;
  const { runPath } = input.workspace;
  const shared = [join(runPath, 'checkout'), join(runPath, 'tmp', 'checks')] as const;
  const [dir, temporary] = [join(shared[0], hold.key), join(shared[1], hold.key)];
  // What a killed worker left.
  for (const folder of shared) await moveToTrash(deps.paths, folder);
  const mirror = await openMirror({ paths: deps.paths, config });
  try {
    await createCheckout({ mirror, dir, commit: input.sha, signal: hold.signal });
    const overlaid = input.overlay
      ? await overlayProtected({ ...input, config, gitDir: mirror.gitDir, checkout: dir })
      : [];
    return { overlaid, checks: await runChecks(verification, dir, temporary) };
  } finally {
    for (const folder of [dir, temporary]) await moveToTrash(deps.paths, folder);
    // Another attempt may have its own in there.
    for (const folder of shared) await rmdir(folder).catch(() => undefined);
  }
}

async function runChecks(
  verification: Verification,
  checkout: string,
  temporary: string,
): Promise<CheckResult[]> {
  const { deps, config, input, folder, hold } = verification;
  const { runPath } = input.workspace;
  const checks = config.verify?.checks ?? [];
  const names = logNames(checks.map(({ name }) => name));
  const results: CheckResult[] = [];
  for (const [index, check] of checks.entries()) {
    verification.onCheck(check.name);
    await hold.require();
    const own = join(temporary, String(index));
    await mkdir(own, { recursive: true, mode: 0o700 });
    results.push(
      await runCheck({
        check,
        config,
        env: deps.env,
        folder: checkout,
        temporary: own,
        runPath,
        identityFile: join(runPath, checksIdentity),
        log: join(folder, names[index] ?? `${index}.log`),
        signal: hold.signal,
      }),
    );
  }
  return results;
}

async function toolVersions(parent: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const env = childEnvironment(parent, [], {});
  const [bash = '', git = '', node = ''] = await Promise.all(
    ['bash', 'git', 'node'].map((name) => versionOf(name, env)),
  );
  const platform = `${process.platform} ${process.arch}`;
  return { bash, git, node, platform };
}
