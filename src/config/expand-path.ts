import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from './environment.js';

/** A path, or the reason why there is none. */
export type Expanded = { kind: 'path'; path: string } | { kind: 'unset'; variable: string };

/**
 * Expands `~`, `$VAR` and `${VAR}` in a value that is meant as a path (SPEC 6.1). A variable that
 * is unset or empty never becomes an empty part of a path: `$UNSET/x` must not mean `/x`.
 */
export function expandVariables(value: string, env: Environment): Expanded {
  const references = /\$(?:\{(\w+)\}|(\w+))/g;
  const names = [...value.matchAll(references)].map(([, braced, plain]) => braced ?? plain ?? '');
  const unset = names.find((name) => !env[name]);
  if (unset !== undefined) return { kind: 'unset', variable: unset };

  const expanded = value.replace(references, () => env[names.shift() ?? ''] ?? '');
  const home = env.HOME ?? homedir();
  return { kind: 'path', path: expanded.replace(/^~(?=\/|$)/, () => home) };
}

/** As `expandVariables`, and made absolute against `directory`. */
export function expandPath(value: string, directory: string, env: Environment): Expanded {
  const expanded = expandVariables(value, env);
  return expanded.kind === 'path' ? { kind: 'path', path: resolve(directory, expanded.path) } : expanded;
}
