import type { Config } from '../../config/config.js';
import { forgeSecrets } from '../../config/forge-profiles.js';
import { trackerSecrets } from '../../config/tracker-profiles.js';

/** What every program may know of the operator's environment. */
export const inherited: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'TZ',
  'TERM',
];

type Environment = Record<string, string>;

/**
 * The complete environment of an agent or a check: a whitelist, the variables that the workflow
 * file lets through by name, and facts of our own. Nothing else of the worker's environment gets
 * in, so that tracker, forge and Temporal credentials stay out. `extra` has to bring `TMPDIR`.
 */
export function childEnvironment(
  parent: NodeJS.ProcessEnv,
  passThrough: readonly string[],
  extra: Environment,
): Environment {
  const allowed = new Set([...inherited, ...passThrough]);
  return { ...pick(parent, (name) => allowed.has(name) || name.startsWith('LC_')), ...extra };
}

/** The environment of a hook, which the operator wrote and trusts: the operator's own, less the secrets. */
export function hookEnvironment(parent: NodeJS.ProcessEnv, config: Config): Environment {
  const secret = secretsOf(config);
  return pick(parent, (name) => !secret(name));
}

/** The names that the workflow file lets through, without those that no program of a task may have. */
export function withoutSecrets(names: readonly string[], config: Config): string[] {
  const secret = secretsOf(config);
  return names.filter((name) => !secret(name));
}

/**
 * Runs a command line of the workflow file as its user is used to it: by a login shell. The shell's
 * profile must not bring the secrets back (SPEC 10.5), so they are unset once it has been read.
 */
export function loginShell(commandLine: string, config: Config): string[] {
  const names = declaredSecrets(config);
  return ['bash', '-lc', `unset -v \${!TEMPORAL_@} ${names.join(' ')}\n${commandLine}`];
}

function secretsOf(config: Config): (name: string) => boolean {
  const declared = declaredSecrets(config);
  return (name) => name.startsWith('TEMPORAL_') || declared.includes(name);
}

/** What the adapters of tracker and forge declare, and every `$VAR` and `${VAR}` in the strings of what has secrets. */
export function declaredSecrets(config: Config): string[] {
  const sections = JSON.stringify([config.tracker.provider, config.forge.provider, config.webhooks]);
  const named = [...sections.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(([, name]) => name ?? []);
  return [...new Set([...trackerSecrets(config), ...forgeSecrets(config), ...named])];
}

function pick(parent: NodeJS.ProcessEnv, wanted: (name: string) => boolean): Environment {
  return Object.fromEntries(
    Object.entries(parent).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0]),
    ),
  );
}
