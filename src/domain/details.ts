import { countFindings } from './findings.js';
import type { TaskStatus } from './status.js';

/** The task as Markdown, for the Temporal UI's "current details". */
export function renderDetails(status: TaskStatus): string {
  const lines = [`**${status.phase}** · round ${status.round} · ${escapeMarkdown(status.title)}`];
  if (status.waitingFor !== null) lines.push('', `Waits for ${escapeMarkdown(status.waitingFor)}`);
  if (status.question !== null && status.question.options.length > 0)
    lines.push('', ...status.question.options.map((option, at) => `${at + 1}. ${escapeMarkdown(option)}`));
  if (status.headSha !== null) lines.push('', `Head \`${status.headSha}\` on \`${status.branch ?? ''}\``);
  if (status.change !== null) lines.push('', `Pull request [#${status.change.number}](${status.change.url})`);
  if (status.landedSha !== null) lines.push('', `Landed as \`${status.landedSha}\``);
  if (status.checks.length > 0) {
    lines.push('', '**Checks**');
    for (const check of status.checks) {
      lines.push(
        `- ${escapeMarkdown(check.name)}: ${check.kind} in ${(check.durationMs / 1000).toFixed(1)} s`,
      );
    }
  }
  for (const risk of status.risks)
    lines.push('', `Risk, ${risk.kind.replaceAll('_', ' ')}: ${escapeMarkdown(risk.detail)}`);
  if (status.findings.length > 0) lines.push('', `Findings: ${countFindings(status.findings)}`);
  for (const { reviewer, problem } of status.reviews) {
    if (problem !== null)
      lines.push('', `No usable review by ${escapeMarkdown(reviewer)}: ${escapeMarkdown(problem)}`);
  }
  if (status.lastError !== null) {
    const { category, message, remedy } = status.lastError;
    lines.push('', `Last error (${category}): ${escapeMarkdown(message)}`);
    if (remedy !== null) lines.push('', `Remedy: ${remedy}`);
  }
  const cost = status.usage.costUsd === null ? '' : ` · ${status.usage.costUsd.toFixed(2)} USD`;
  lines.push(
    '',
    `${status.usage.turns} ${status.usage.turns === 1 ? 'turn' : 'turns'} · ${status.usage.totalTokens} tokens${cost}`,
  );
  if (status.next.length > 0) {
    lines.push('', '**You can**');
    for (const { action, command } of status.next) lines.push(`- ${action}: \`${command}\``);
  }
  return lines.join('\n');
}

/** Text from issues and agents is data: it must not become markup, links or images in the UI. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!]/g, '\\$&').replace(/\s+/g, ' ');
}
