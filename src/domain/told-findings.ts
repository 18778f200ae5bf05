import type { Bounds } from './bounds.js';
import { firstWithin } from './bounds.js';
import type { EarlierFinding, Finding, ToldFinding } from './finding.js';
import { openFindings } from './findings.js';

/** More than this is not mended in one turn, and the rest comes up again. */
const mostTold: Bounds = { count: 50, bytes: 64_000 };
/** Each reviewer gets them in each round. */
const mostEarlier: Bounds = { count: 100, bytes: 64_000 };

/** What an agent is to be told: what does not hold, and mere notes, are for people to read. */
export function findingsToTell(known: readonly Finding[]): ToldFinding[] {
  const told = openFindings(known)
    .filter(({ severity }) => severity !== 'note')
    .map(({ id, severity, file, line, claim, evidence, suggestion, resolution }) => {
      return { id, severity, file, line, claim, evidence, suggestion, resolution };
    });
  return firstWithin(told, mostTold);
}

/** What the next reviewers are to know: what is open, and then the newest. */
export function earlierFindings(known: readonly Finding[]): EarlierFinding[] {
  const open = openFindings(known);
  const others = known
    .filter((finding) => !open.includes(finding))
    .sort((one, other) => other.round - one.round);
  const earlier = [...open, ...others].map(({ id, severity, sources, file, line, claim, resolution }) => {
    return { id, severity, sources, file, line, claim, resolution };
  });
  return firstWithin(earlier, mostEarlier);
}
