import type { HumanGate } from './config-view.js';
import type { Finding, Review, Risk } from './finding.js';
import { isBlocking, isDisputed, openFindings, placeOf } from './findings.js';
import type { TaskState } from './task.js';

/** More reasons than this would not be read. */
const mostReasons = 10;

/** Why a person has to decide, in words; none means that the change may land without one. */
export function reviewReasons(gate: HumanGate, risks: readonly Risk[]): string[] {
  const described = risks.map((risk) => `${risk.kind.replaceAll('_', ' ')} (${risk.detail})`);
  switch (gate) {
    case 'always':
      return ['every change is decided by a person', ...described];
    case 'risk':
      return described;
    case 'never':
      // What protects the gates themselves is never changed without a person.
      return risks
        .filter((risk) => risk.kind === 'protected_path')
        .map((risk) => `protected path (${risk.detail})`);
    default:
      return gate satisfies never;
  }
}

/** Why a person has to decide by what reviewers said, whatever the gate is. */
export function findingReasons(
  state: Pick<TaskState, 'config' | 'findings' | 'reviews' | 'headSha' | 'round'>,
): string[] {
  const failed = currentReviews(state).flatMap(({ reviewer, problem }) =>
    problem === null ? [] : [`reviewer ${reviewer} gave no usable review: ${problem}`],
  );
  const unseen = state.findings.filter((finding) => isDenied(finding) && !isSeenBy(finding, answered(state)));
  const blocking = [...openFindings(state.findings).filter(isBlocking), ...unseen];
  const shown = blocking.slice(0, mostReasons).map(reasonOf);
  const rest = blocking.length - shown.length;
  return [...failed, ...shown, ...(rest > 0 ? [`${rest} more blocking findings`] : [])];
}

/** Denied by the agent, which decides nothing. */
function isDenied({ severity, resolution }: Finding): boolean {
  return severity === 'blocking' && resolution.kind === 'refuted';
}

/** Whether everybody who raised it has looked again, and let it go. */
function isSeenBy({ sources }: Finding, reviewers: readonly string[]): boolean {
  return sources.every((source) => reviewers.includes(source));
}

function reasonOf(finding: Finding): string {
  const { id, claim, sources, resolution } = finding;
  const told = `blocking finding ${id} of ${sources.join(', ')} at ${placeOf(finding)}: ${claim}`;
  if (resolution.kind === 'refuted')
    return `${told} (the agent denies it, and its reviewer has not looked again: ${resolution.reason})`;
  if (!isDisputed(finding) || resolution.kind !== 'open') return told;
  return `${told} (the agent denies it: ${resolution.refuted ?? ''})`;
}

/** What was said of the present commit in the present round. */
export function currentReviews({
  reviews,
  headSha,
  round,
}: Pick<TaskState, 'reviews' | 'headSha' | 'round'>): Review[] {
  return reviews.filter((review) => review.sha === headSha && review.round === round);
}

/** Whoever has nothing more to say of the present commit: it was looked at, or that reviewer is gone. */
export function answered(
  state: Pick<TaskState, 'config' | 'findings' | 'reviews' | 'headSha' | 'round'>,
): string[] {
  const usable = currentReviews(state).filter(({ problem }) => problem === null);
  return [...usable.map(({ reviewer }) => reviewer), ...formerReviewers(state)];
}

/** Those who have raised something and are not in the configuration any more. */
export function formerReviewers({ config, findings }: Pick<TaskState, 'config' | 'findings'>): string[] {
  const names = namesOf(config);
  const sources = new Set(findings.flatMap((finding) => finding.sources));
  return [...sources].filter((source) => !names.includes(source));
}

/** The reviewers of the configuration that have not looked at the present commit in the present round. */
export function reviewersToAsk(state: Pick<TaskState, 'config' | 'reviews' | 'headSha' | 'round'>): string[] {
  const asked = currentReviews(state).map(({ reviewer }) => reviewer);
  return namesOf(state.config).filter((name) => !asked.includes(name));
}

function namesOf(config: TaskState['config']): string[] {
  return config?.view.gates.review.agents?.names ?? [];
}
