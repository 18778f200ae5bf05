import { escapeMarkdown } from './details.js';
import type { TaskStatus } from './status.js';
import { isOutcome } from './task.js';

const longestText = 1_000;

/** The task as Markdown, for people who read the issue in its tracker: how it gets on, and what they can do. */
export function renderStatusComment(status: TaskStatus): string {
  const { phase, round, waitingFor, checks, landedSha, usage, next } = status;
  const isOver = isOutcome(phase) && phase !== 'failed';
  const cost = usage.costUsd === null ? '' : ` · ${usage.costUsd.toFixed(2)} USD`;
  const facts = [
    ...checks.map(({ name, kind, durationMs }) => `${plain(name)}: ${kind} in ${seconds(durationMs)}`),
    ...(landedSha === null ? [] : [`landed as \`${landedSha}\``]),
    `${usage.turns} ${usage.turns === 1 ? 'turn' : 'turns'} · ${usage.totalTokens} tokens${cost}`,
  ];
  const lines = [
    isOver ? `**Continuo** has ended its work on this: **${phase}**` : head(phase, round),
    ...(waitingFor === null ? [] : ['', `It waits for ${plain(waitingFor)}`]),
    '',
    ...facts.map((fact) => `- ${fact}`),
  ];
  if (isOver) return lines.join('\n');
  return [
    ...lines,
    '',
    'Where Continuo runs, you can',
    ...next.map(({ action, command }) => `- ${action}: \`${command}\``),
    '',
    'A reply here is for the agent, which reads the comments of its issue. It decides nothing.',
  ].join('\n');
}

function head(phase: string, round: number): string {
  return `**Continuo** works on this: **${phase}** · round ${round}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Text of agents and programs is data: it formats nothing, and calls nobody by name. */
export function plain(text: string): string {
  return escapeMarkdown(text.slice(0, longestText)).replaceAll('@', '@\u200b');
}
