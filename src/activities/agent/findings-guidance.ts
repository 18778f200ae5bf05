import type { ChangeThread } from '../../domain/change.js';
import type { ToldFinding } from '../../domain/finding.js';
import { isDisputed, placeOf } from '../../domain/findings.js';
import { fence } from '../fence.js';
import { answersFile } from './answers.js';

/** What the next turn is told of findings that are open, and how it can answer. */
export function describeFindings(sha: string, findings: readonly ToldFinding[]): string {
  return [
    `### Reviewers found this\n\nAt ${sha.slice(0, 12)}. Mend what is \`blocking\`, and what else is right. Where a finding does not hold, change nothing for it, and say why.`,
    ...findings.map(describeFinding),
    `To say that a finding does not hold, ${howToAnswer}\n\nIts reviewer looks again; when it raises the finding again, a person decides.`,
  ].join('\n\n');
}

const howToAnswer = `write the file \`${answersFile}\` in the folder that the environment variable \`CONTINUO_ANSWERS\` names, before your turn ends:\n\n${fence('{"refuted": [{"id": "<its id>", "reason": "<why it does not hold>"}]}')}`;

/** What people say about lines of the change, and how the agent can answer. */
export function describeThreads(sha: string, threads: readonly ChangeThread[]): string {
  const said = threads.map(({ key, by, text, ...place }) =>
    fence([`${key} by ${by} at ${placeOf(place)}`, text].join('\n')),
  );
  return [
    `### People have commented on lines\n\nAt ${sha.slice(0, 12)}. Do what they ask for; each gets an answer from you, by a change or in words.`,
    ...said,
    `Where something should stay as it is, change nothing for it, and ${howToAnswer}\n\nThe reason is what they read.`,
  ].join('\n\n');
}

function describeFinding(finding: ToldFinding): string {
  const { id, severity, claim, evidence, suggestion, resolution } = finding;
  const parts = [
    `${severity} ${id} at ${placeOf(finding)}`,
    claim,
    evidence === '' ? null : `Evidence: ${evidence}`,
    suggestion === null ? null : `Suggestion: ${suggestion}`,
    isDisputed(finding) && resolution.kind === 'open'
      ? `You said against it, and it was raised again: ${resolution.refuted ?? ''}`
      : null,
  ];
  return fence(parts.filter((part) => part !== null).join('\n'));
}
