import { isCutOff, look } from './place.js';
import type { ProgramResult, ProgramSpec } from './program.js';
import { runProgram } from './program.js';

/** How a program ended that was attended to. */
export type Attended =
  | Exclude<ProgramResult, { kind: 'lost' | 'lease' }>
  /** Cut off: by a restart of the machine, by somebody else, or because no worker came for too long. */
  | { kind: 'interrupted'; durationMs: number; outputProblem: string | null };

/** What is known of a place: nothing ran there, something runs or has ended there, or what ran was cut off. */
export type PlaceState = 'fresh' | 'begun' | 'interrupted';

export async function stateOf(place: string): Promise<PlaceState> {
  const found = await look(place);
  switch (found.kind) {
    case 'none':
      return 'fresh';
    case 'running':
      return 'begun';
    case 'ended':
      return isCutOff(found.exit) ? 'interrupted' : 'begun';
    case 'lost':
      return 'interrupted';
  }
}

/**
 * Starts the program of a place, attaches to it, or takes the result of one that has ended, as `runProgram`;
 * what was cut off before is started again, unless it is to end. The result `interrupted` says that it was cut off now.
 */
export async function attend(spec: ProgramSpec): Promise<Attended> {
  if (spec.end?.aborted === true && (await stateOf(spec.place)) !== 'begun') {
    return { kind: 'cancelled', durationMs: 0, outputProblem: null };
  }
  const result = await runProgram(spec);
  const { durationMs, outputProblem } = result;
  const isEnded = result.kind !== 'lost' && result.kind !== 'lease';
  const isWanted = result.kind !== 'cancelled' || spec.end?.aborted === true;
  return isEnded && isWanted ? result : { kind: 'interrupted', durationMs, outputProblem };
}
