import type { Finding, Raised, Refutation, Remark, Severity } from './finding.js';
import { severities } from './finding.js';

/** Where a task has got to: the commit that was looked at, and its round. */
export interface Place {
  sha: string;
  round: number;
}

/** When a phase was reached. */
interface Moment {
  phase: string;
  round: number;
}

/** Remarks of one round this close to each other may be the same one. */
const sameLines = 5;
/** The part of all their words that two claims share when they say the same. */
const sameWords = 0.6;
/** Those that are over are forgotten beyond it, the oldest first: Temporal takes 2 MB for a state. */
const mostKept = 100;

const endings = ['fixed', 'refuted', 'accepted', 'dropped'] as const;

/**
 * The findings of a task after one reviewer has looked at a commit. What says the same as a known one is merged into it:
 * with one of this round when it is about the same lines, with an earlier one wherever its lines are now.
 */
export function takeReview(
  known: readonly Finding[],
  reviewer: string,
  raised: readonly Raised[],
  place: Place,
): Finding[] {
  const findings = [...known];
  for (const remark of raised) {
    const byId = findings.findIndex(({ id }) => id === remark.id);
    const at = byId >= 0 ? byId : findings.findIndex((finding) => isSame(finding, remark, place));
    const found = findings[at];
    if (found === undefined) findings.push(newFinding(remark, reviewer, place));
    else findings[at] = raisedAgain(found, remark, reviewer, place);
  }
  return withoutOldest(findings);
}

/**
 * What was open and is not raised again on another commit is fixed, once everybody who raised it has looked at that
 * one. On the same commit nothing can have been fixed.
 */
export function settleFindings(
  known: readonly Finding[],
  reviewers: readonly string[],
  place: Place,
): Finding[] {
  return known.map((finding) => {
    const isGone = finding.sha !== place.sha && finding.round < place.round;
    const hasAnswered = finding.sources.every((source) => reviewers.includes(source));
    if (finding.resolution.kind !== 'open' || !isGone || !hasAnswered) return finding;
    return { ...finding, resolution: { kind: 'fixed', sha: place.sha } };
  });
}

/** What only these have raised is looked at by nobody any more, also where the agent denies it. */
export function dropFindings(known: readonly Finding[], former: readonly string[]): Finding[] {
  return known.map((finding) => {
    const { resolution, sources } = finding;
    const isUnsettled = resolution.kind === 'open' || resolution.kind === 'refuted';
    if (!isUnsettled || !sources.every((source) => former.includes(source))) return finding;
    const reason = `nobody reviews it any more: ${sources.join(', ')} ${sources.length === 1 ? 'is' : 'are'} not in the configuration`;
    return { ...finding, resolution: { kind: 'dropped', reason } };
  });
}

/** Only what is open can be refuted, and with a reason. */
export function refuteFindings(known: readonly Finding[], refutations: readonly Refutation[]): Finding[] {
  return known.map((finding) => {
    const reason = refutations.find(({ id }) => id === finding.id)?.reason.trim() ?? '';
    if (finding.resolution.kind !== 'open' || reason === '') return finding;
    return { ...finding, resolution: { kind: 'refuted', reason } };
  });
}

/** A person asks for changes: what the agent says against what is open is decided, and reviewers count again. */
export function upholdFindings(known: readonly Finding[]): Finding[] {
  return known.map((finding) =>
    finding.resolution.kind === 'open'
      ? { ...finding, resolution: { kind: 'open', refuted: null } }
      : finding,
  );
}

/** A person lets the change go on with what is open. */
export function acceptFindings(known: readonly Finding[], by: string, at: string): Finding[] {
  return known.map((finding) =>
    finding.resolution.kind === 'open' ? { ...finding, resolution: { kind: 'accepted', by, at } } : finding,
  );
}

/** An approval that was taken back, given at one of these times, accepts nothing. */
export function reopenAccepted(known: readonly Finding[], times: readonly string[]): Finding[] {
  return known.map((finding) =>
    finding.resolution.kind === 'accepted' && times.includes(finding.resolution.at)
      ? { ...finding, resolution: { kind: 'open', refuted: null } }
      : finding,
  );
}

/** What was known at an earlier moment. What was fixed may not be by then: the reviewers look again. */
export function findingsBefore(known: readonly Finding[], moment: Moment): Finding[] {
  const newest = newestAt(moment);
  return known
    .filter((finding) => finding.round <= newest)
    .map((finding) =>
      finding.resolution.kind === 'fixed'
        ? { ...finding, resolution: { kind: 'open', refuted: null } }
        : finding,
    );
}

/** What was open at an earlier moment; what was fixed before that is not. */
export function findingsOpenAt(known: readonly Finding[], moment: Moment): Finding[] {
  const wasOpen = ({ resolution, round }: Finding) =>
    resolution.kind !== 'fixed' || round === newestAt(moment);
  return openFindings(findingsBefore(known.filter(wasOpen), moment));
}

/** The last round in which reviewers had looked at the change by then. */
function newestAt({ phase, round }: Moment): number {
  return phase === 'review' ? round : round - 1;
}

/** What is still to be done about, the most severe first. */
export function openFindings(known: readonly Finding[]): Finding[] {
  return known
    .filter(({ resolution }) => resolution.kind === 'open')
    .sort((left, right) => rank(right.severity) - rank(left.severity));
}

export function isBlocking({ severity, resolution }: Finding): boolean {
  return severity === 'blocking' && resolution.kind === 'open';
}

/** Whether agent and reviewer disagree about it, so that going on would change nothing. */
export function isDisputed({ resolution }: Pick<Finding, 'resolution'>): boolean {
  return resolution.kind === 'open' && resolution.refuted !== null;
}

/** Such as `1 blocking open, 3 fixed`. */
export function countFindings(known: readonly Finding[]): string {
  const open = openFindings(known);
  const counts = [
    ...[...severities].reverse().map((name) => ({
      what: `${name} open`,
      count: open.filter(({ severity }) => severity === name).length,
    })),
    ...endings.map((kind) => ({
      what: kind,
      count: known.filter(({ resolution }) => resolution.kind === kind).length,
    })),
  ];
  return counts
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${count} ${what}`)
    .join(', ');
}

/** `src/sum.ts:12`, or `the change` where a remark is about no file. */
export function placeOf({ file, line }: Pick<Remark, 'file' | 'line'>): string {
  if (file === null) return 'the change';
  return line === null ? file : `${file}:${line}`;
}

function newFinding(remark: Raised, reviewer: string, { sha, round }: Place): Finding {
  return { ...remark, sources: [reviewer], sha, round, resolution: { kind: 'open', refuted: null } };
}

/** Keeps its id, so that people and agents can speak of it from round to round. */
function raisedAgain(found: Finding, remark: Raised, reviewer: string, { sha, round }: Place): Finding {
  const { id, sources, resolution } = found;
  const isOfThisRound = found.round === round;
  const refuted = resolution.kind === 'refuted' ? resolution.reason : null;
  return {
    ...(isOfThisRound && rank(found.severity) >= rank(remark.severity) ? found : remark),
    id,
    suggestion: remark.suggestion ?? found.suggestion,
    sources: sources.includes(reviewer) ? sources : [...sources, reviewer],
    sha,
    round,
    resolution: resolution.kind === 'open' ? resolution : { kind: 'open', refuted },
  };
}

function isSame(finding: Finding, remark: Raised, { round }: Place): boolean {
  if (finding.file !== remark.file || !saysTheSame(finding.claim, remark.claim)) return false;
  if (finding.round !== round || finding.line === null || remark.line === null) return true;
  return Math.abs(finding.line - remark.line) <= sameLines;
}

function saysTheSame(one: string, other: string): boolean {
  const [left, right] = [wordsOf(one), wordsOf(other)];
  const all = new Set([...left, ...right]);
  const shared = [...left].filter((word) => right.has(word));
  return all.size > 0 && shared.length / all.size >= sameWords;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}

function rank(severity: Severity): number {
  return severities.indexOf(severity);
}

function withoutOldest(findings: Finding[]): Finding[] {
  const surplus = findings.length - mostKept;
  const over = findings.filter(({ resolution }) => resolution.kind !== 'open').slice(0, Math.max(surplus, 0));
  return findings.filter((finding) => !over.includes(finding));
}
