import type { Containment } from '../activities/keeper/containment/containment.js';
import { adviceOf, describeContainment } from '../activities/keeper/containment/describe.js';
import type { Config } from '../config/config.js';
import type { SandboxNote } from '../config/engine-file.js';

/** What a person has to know of the sandbox when agents begin to run in it. */
export function sandboxNote(config: Config, containment: Containment): SandboxNote {
  const hooks = hooksOutside(config, containment);
  return {
    containment: describeContainment(containment),
    advice: [
      ...adviceOf(containment),
      ...(hooks === null ? [] : [`Warning: ${hooks.found}; ${hooks.advice}.`]),
    ],
  };
}

/** The note, as lines of what `up` and `worker` print. */
export function sandboxLines({ containment, advice }: SandboxNote): string[] {
  return [`  Sandbox   ${containment}`, ...advice.map((line) => `            ${line}`)];
}

/**
 * At `strict`, which a person may rely on, the hooks that run outside of it in a workspace that an agent has written
 * to; null when there are none.
 */
export function hooksOutside(
  { hooks }: Config,
  { level }: Containment,
): { found: string; advice: string } | null {
  const names = (['before_run', 'after_run', 'before_remove'] as const).filter(
    (name) => (hooks[name] ?? '').trim() !== '',
  );
  if (level !== 'strict' || names.length === 0) return null;
  return {
    found: `hooks run outside of the sandbox, in what the agent wrote: ${names.join(', ')}`,
    advice: 'let them run nothing that is in the workspace, such as `npm install` (docs/security.md, Hooks)',
  };
}
