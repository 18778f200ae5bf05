import type { ToldFinding } from './finding.js';
import type { Word } from './words.js';

/** The phases that a person can go back to. */
export const rewindPhases = ['run', 'verify', 'review'] as const;
export type RewindPhase = (typeof rewindPhases)[number];

/** The work as it was when a phase was reached: what a task can go back to, or be forked from. */
export interface PhaseCheckpoint {
  phase: RewindPhase;
  round: number;
  /** The checkpoint; null before there was one, which is the base itself. */
  sha: string | null;
  /** RFC 3339. */
  at: string;
  /** The agent's session then. */
  session: string | null;
}

/** Where a task comes from that was forked from another one. */
export interface Origin {
  /** Identifier of the other task, in the same project. */
  task: string;
  /** The checkpoint; null is the base itself. */
  sha: string | null;
  by: string;
  note: string;
  /** What people had asked for there by then, and what was open; only at the start. */
  words?: Word[];
  findings?: ToldFinding[];
}

/** More would not be looked through; about twenty rounds. */
const mostCheckpoints = 60;

/** Notes that a phase was reached; what counts is the first time in a round. */
export function keepCheckpoint(checkpoints: PhaseCheckpoint[], now: PhaseCheckpoint): void {
  if (findCheckpoint(checkpoints, now.phase, now.round) !== null) return;
  checkpoints.push(now);
  checkpoints.splice(0, checkpoints.length - mostCheckpoints);
}

/** The newest time that a phase was reached, or the one in that round; null for never. */
export function findCheckpoint(
  checkpoints: readonly PhaseCheckpoint[],
  phase: RewindPhase,
  round: number | null,
): PhaseCheckpoint | null {
  return (
    checkpoints.findLast((one) => one.phase === phase && (round === null || one.round === round)) ?? null
  );
}

/** Why a phase cannot be gone back to, where it was not found. */
export function neverReached(phase: RewindPhase, round: number | null): string {
  return round === null
    ? `the task has never reached ${phase}`
    : `the task did not reach ${phase} in round ${round}, or that is too long ago`;
}

/** A moment of a task in words. */
export function describeCheckpoint({ phase, round, sha }: PhaseCheckpoint): string {
  return `${phase} of round ${round}, ${sha === null ? 'before any work' : sha.slice(0, 12)}`;
}

export function isRewindPhase(text: string): text is RewindPhase {
  return rewindPhases.some((phase) => phase === text);
}
