import { randomUUID } from 'node:crypto';

/** A value for each name, to be planted as a secret and looked for where it must not be; no other test has the same. */
export function makeCanaries<Name extends string>(...names: Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, `canary-${randomUUID()}`])) as Record<Name, string>;
}
