import { describe, problemsOf } from './describe.js';
import type { ConfigProblem } from './errors.js';
import { forgeProfile, forgeProfiles } from './forge-profiles.js';
import type { FrontMatter } from './schema.js';

type ForgeProblem = ConfigProblem & { code: 'config_invalid' };

/** The forge's own keys, and whether it and the way in which changes land fit each other. */
export function forgeProblems({ forge, land }: FrontMatter): ForgeProblem[] {
  const profile = forgeProfile(forge.kind);
  if (profile === undefined) {
    const allowed = Object.keys(forgeProfiles).join(', ');
    return [invalid('forge.kind', describe(forge.kind), allowed)];
  }
  const parsed = profile.provider.safeParse(forge.provider);
  const own = parsed.success ? [] : problemsOf(parsed.error, forge.provider);
  return [
    ...own.map(({ key, found, allowed }) =>
      invalid(key === '' ? 'forge.provider' : `forge.provider.${key}`, found, allowed),
    ),
    ...fitProblems(forge.kind, profile.keepsChanges, land?.mode),
  ];
}

type LandMode = NonNullable<FrontMatter['land']>['mode'];

function fitProblems(kind: string, keepsChanges: boolean, mode: LandMode | undefined): ForgeProblem[] {
  const isShown = mode === 'pull_request';
  if (isShown === keepsChanges) return [];
  if (isShown) {
    const others = Object.keys(forgeProfiles).filter((name) => forgeProfile(name)?.keepsChanges === true);
    const allowed = `merge, none (forge.kind ${kind} has no pull requests), or forge.kind ${others.join(', ')}`;
    return [invalid('land.mode', describe(mode), allowed)];
  }
  const allowed = `pull_request, because forge.kind is ${kind}; to land by git alone leave forge out`;
  return [invalid('land.mode', describe(mode), allowed)];
}

function invalid(key: string, found: string, allowed: string): ForgeProblem {
  return { code: 'config_invalid', key, found, allowed };
}
