import type { ConfigView } from './config-view.js';

/**
 * Whether something else than the agent decides that work is done. Without any gate a task is a plain Symphony run: its
 * turns go on while the issue is active (SPEC 7.1).
 */
export function isGated({ verify, review, land }: ConfigView['gates']): boolean {
  const isReviewed = review.human !== 'never' || review.agents !== undefined;
  return verify || isReviewed || land !== null;
}
