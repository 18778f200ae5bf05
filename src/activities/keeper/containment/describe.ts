import type { Containment } from './containment.js';

/** The sentence of every place that shows the level. */
export const noBoundary = 'approvals are not a security boundary against agents';

/** What agents and checks are kept from, in words; the warning included where a person has to know it. */
export function describeContainment(containment: Containment): string {
  return containment.network ? whatHolds(containment) : `${whatHolds(containment)}; ${noBoundary}`;
}

function whatHolds({ level, processes, files }: Containment): string {
  if (level === 'strict') return 'strict: own processes, files and network';
  if (files) return 'standard: own processes and files, but the network of this machine';
  if (processes) return 'standard: own processes, but the files and the network of this machine';
  return 'none: agents and checks run as your user';
}

/** How to get the next level; empty when there is nothing to do. */
export function adviceOf({ missing }: Containment): string[] {
  return missing.map(({ what, mend }) => `${what}: ${mend}`);
}
