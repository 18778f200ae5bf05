import { createHash } from 'node:crypto';

const longest = 120;

/** No folder can have this name (SPEC 9.5). */
export class IllegalIdentifierError extends Error {
  override readonly name = 'IllegalIdentifierError';

  constructor(identifier: string) {
    super(`the identifier "${identifier}" cannot name a workspace: give the issue another one`);
  }
}

/**
 * Name of a workspace folder (SPEC 4.2, 9.5): the identifier with `_` for every character outside
 * `[A-Za-z0-9._-]`. Where that changes it, and beyond 120 characters, a hash of the original
 * follows, so that two identifiers never share a folder. Throws `IllegalIdentifierError` for `.`,
 * `..` and the empty text.
 */
export function workspaceKey(identifier: string): string {
  if (/^\.{0,2}$/.test(identifier)) throw new IllegalIdentifierError(identifier);
  return shorten(identifier, identifier.replace(/[^A-Za-z0-9._-]/gu, '_'));
}

/** The identifier as one part of a ref name, legal for git whatever the identifier is. */
export function refKey(identifier: string): string {
  const legal = identifier
    .replace(/[^A-Za-z0-9._-]/gu, '_')
    .replace(/\.(?=\.)/g, '_')
    .replace(/^[.-]|\.$|\.(?=lock$)/gi, '_');
  return shorten(identifier, legal === '' ? '_' : legal);
}

/**
 * The ref of the checkpoints that a host makes of a task, in the user's repository and in the mirror. Each host has its own:
 * one that was cut off, and does not know that the task went on elsewhere, cannot overwrite the work of the next one.
 */
export function checkpointRef(project: string, identifier: string, host: string): string {
  return `${taskRefs(project, identifier)}/head@${refKey(host)}`;
}

/** Matches the checkpoints of a task, whichever host made them. */
export function checkpointPattern(project: string, identifier: string): string {
  return `${taskRefs(project, identifier)}/head*`;
}

/** Matches every ref of a task. */
export function taskPattern(project: string, identifier: string): string {
  return `${taskRefs(project, identifier)}/*`;
}

/** The ref of the commit that is about to be landed. */
export function landingRef(project: string, identifier: string): string {
  return `${taskRefs(project, identifier)}/landing`;
}

function taskRefs(project: string, identifier: string): string {
  return `refs/continuo/${refKey(project)}/${refKey(identifier)}`;
}

function shorten(original: string, safe: string): string {
  if (safe === original && safe.length <= longest) return safe;
  const hash = createHash('sha256').update(original).digest('hex').slice(0, 16);
  return `${safe.slice(0, longest - hash.length - 1)}-${hash}`;
}
