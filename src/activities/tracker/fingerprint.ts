import { createHash } from 'node:crypto';
import type { Issue } from '../../domain/issue.js';
import type { Sighting } from '../../domain/observation.js';

/**
 * Changes when a person edits what the issue asks for. State and blockers' states are not part of
 * it: they change by the work itself.
 */
export function fingerprint(issue: Issue): string {
  const { title, description, priority, labels, scope, acceptance, blocked_by } = issue;
  const blockers = blocked_by.map((blocker) => blocker.identifier ?? blocker.id);
  const content = JSON.stringify([title, description, priority, labels, scope, acceptance, blockers]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

export function sighting(issue: Issue): Sighting {
  return { issue, fingerprint: fingerprint(issue) };
}
