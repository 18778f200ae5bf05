import type { ShownFinding, TaskChange, ThreadAnswer } from './change.js';
import type { CheckResult } from './evidence.js';
import type { Finding, Resolution } from './finding.js';
import { placeOf } from './findings.js';
import type { TaskStatus } from './status.js';
import { plain } from './status-comment.js';

/** More findings than this are not read; the rest is in `continuo findings`. */
const mostFindings = 30;

/** What a change says of itself, as Markdown: what was done and why, the evidence, what reviewers found, how to try it. */
export function changeBody(status: TaskStatus, { url, said }: { url: string | null; said: string }): string {
  const { task, title, headSha, checks, findings, round, report, acceptance } = status;
  const done = report === null || report.done.length === 0 ? [said] : report.done;
  return [
    '## What',
    '',
    ...list(done.map(plain)),
    '',
    '## Why',
    '',
    `${plain(title)} (${url ?? plain(task)})`,
    ...(acceptance.length === 0 ? [] : ['', 'It is done when', '', ...list(acceptance.map(plain))]),
    '',
    '## Evidence',
    '',
    ...evidence(checks, headSha),
    ...(findings.length === 0
      ? []
      : ['', '## Reviewers found', '', ...findings.slice(0, mostFindings).map(line)]),
    '',
    '## Try it',
    '',
    '```sh',
    `git fetch origin ${headSha ?? ''} && git switch --detach FETCH_HEAD`,
    '```',
    '',
    `Continuo has made this in ${round} ${round === 1 ? 'round' : 'rounds'}. A review counts for the commit that it is about; a comment on a line goes back to the agent. Somebody who may write here can also comment \`/continuo approve\`, \`request-changes <why>\`, \`reject <why>\`, \`retry\`, \`pause\`, \`resume\`, \`cancel\` or \`budget <USD>\`.`,
  ].join('\n');
}

function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`);
}

function evidence(checks: readonly CheckResult[], sha: string | null): string[] {
  if (checks.length === 0) return ['No checks are configured.'];
  const rows = checks.map(
    ({ name, kind, durationMs, tests }) =>
      `| ${plain(name)} | ${kind} | ${tests === null ? '' : `${tests.total - tests.failed - tests.skipped} of ${tests.total} passed`} | ${(durationMs / 1_000).toFixed(1)} s |`,
  );
  return [
    `Checks at \`${sha ?? ''}\``,
    '',
    '| Check | Result | Tests | Time |',
    '|---|---|---|---|',
    ...rows,
  ];
}

function line(finding: Finding): string {
  const { severity, claim, sources, resolution } = finding;
  const outcome = outcomeOf(resolution) ?? 'open';
  return `- **${severity}** ${plain(placeOf(finding))}: ${plain(claim)} (${plain(sources.join(', '))}) → ${outcome}`;
}

/** What became of a finding, in words; null while it is open. */
function outcomeOf(resolution: Resolution): string | null {
  switch (resolution.kind) {
    case 'open':
      return resolution.refuted === null ? null : `The agent denies it: ${plain(resolution.refuted)}`;
    case 'fixed':
      return `fixed by \`${resolution.sha.slice(0, 12)}\``;
    case 'refuted':
      return `denied by the agent, and not raised again: ${plain(resolution.reason)}`;
    case 'accepted':
      return `accepted by ${plain(resolution.by)}`;
    case 'dropped':
      return `dropped: ${plain(resolution.reason)}`;
    default:
      return resolution satisfies never;
  }
}

/** Findings of reviewers, for their lines. */
export function shownFindings(findings: readonly Finding[]): ShownFinding[] {
  return findings.slice(-mostFindings).map((finding) => {
    const { id, file, line: at, severity, claim, evidence: how, suggestion, sources, resolution } = finding;
    const text = [
      `**${severity}**, by ${plain(sources.join(', '))}: ${plain(claim)}`,
      ...(how === '' ? [] : [plain(how)]),
      ...(suggestion === null ? [] : [`Suggestion: ${plain(suggestion)}`]),
    ].join('\n\n');
    const isOpen = resolution.kind === 'open';
    return { id, file, line: at, text, outcome: isOpen ? null : outcomeOf(resolution) };
  });
}

/** What is said to people in their threads, once the work has gone on: each ends as a change or a reply. */
export function threadAnswers({ told }: TaskChange, sha: string): ThreadAnswer[] {
  return told.map(({ id, key, sha: before, refuted }) => {
    if (refuted !== null) return { id, key, text: plain(refuted) };
    const text =
      sha === before
        ? 'The agent has looked at this and changed nothing.'
        : `Changed in ${sha}, from ${before.slice(0, 12)}.`;
    return { id, key, text };
  });
}
