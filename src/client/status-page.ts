import type { CheckResult } from '../domain/evidence.js';
import { placeOf } from '../domain/findings.js';
import { describeReport } from '../domain/report.js';
import type { TaskStatus } from '../domain/status.js';
import type { Usage } from '../domain/usage.js';
import type { Colors } from './output.js';
import { oneLine, renderTable } from './table.js';
import { visible } from './visible.js';
import { formatSeconds, formatSpan, formatTime } from './time.js';

/** The status of a task as a page for people. `page` is the task's place in the Temporal UI. */
export function renderStatus(status: TaskStatus, page: string | null, colors: Colors): string[] {
  const section = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : ['', colors.bold(title), ...lines.map((line) => `  ${line}`)];
  return [
    `${colors.bold(status.task)}  ${status.title}`,
    '',
    ...facts(status, page),
    ...section('Must hold when it is done', status.acceptance.map(oneLine)),
    ...section('Question', questionLines(status)),
    ...section('Waits for the agent to hear it', status.remarks.map(remarkLine)),
    ...section('What the agent does', turnLines(status, colors)),
    ...section('Report of the agent', status.report === null ? [] : describeReport(status.report)),
    ...section(
      'Checks',
      status.checks.flatMap((check) => checkLines(check, colors)),
    ),
    ...section(
      'Risks',
      status.risks.map((risk) => `${risk.kind.replaceAll('_', ' ')}: ${risk.detail}`),
    ),
    ...section('Reviews of the head', status.reviews.map(reviewLine)),
    ...section('Findings', status.findings.map(findingLine)),
    ...section('Decisions', status.decisions.map(decisionLine)),
    ...section('Last error', errorLines(status)),
    ...section('History', historyLines(status)),
    ...section('You can', actionLines(status)),
  ];
}

function facts(status: TaskStatus, page: string | null): string[] {
  const attempt = status.attempt === null ? '' : `, attempt ${status.attempt}`;
  const { decision, workspace } = status;
  const rows: [string, string | null][] = [
    ['phase', `${status.phase} (round ${status.round}${attempt})`],
    ['waits for', status.waitingFor && oneLine(status.waitingFor)],
    ['since', status.waitsSince && sinceWhen(status.waitsSince)],
    ['agent', status.agent],
    ['paused by', status.pausedBy],
    ['taken by', status.taken && `${status.taken.by} at ${formatTime(status.taken.since)}`],
    [
      'put back',
      status.rewind && `by ${status.rewind.by} to ${status.rewind.phase} of round ${status.rewind.round}`,
    ],
    ['scope', status.scope.length === 0 ? null : oneLine(status.scope.join(', '))],
    ['head', status.headSha],
    ['base', status.baseSha],
    ['branch', status.branch],
    ['landed', status.landedSha],
    [
      'decision',
      decision &&
        `${decision.verdict.replace('_', ' ')} by ${decision.by}: ${decision.sha.slice(0, 12)} ${decision.note}`,
    ],
    ['usage', usageLine(status.usage)],
    ['work', workspace && `${workspace.path} on ${workspace.host}`],
    ['sandbox', status.containment],
    ['logs', workspace?.runPath ?? null],
    ['Temporal', page],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(10)}${value}`.trimEnd()]));
}

function sinceWhen(at: string): string {
  return `${formatTime(at)}, for ${formatSpan(Date.now() - Date.parse(at))}`;
}

function usageLine(usage: Usage): string | null {
  if (usage.turns === 0) return null;
  const cost = usage.costUsd === null ? '' : `, ${usage.costUsd.toFixed(2)} USD`;
  return `${usage.turns} ${usage.turns === 1 ? 'turn' : 'turns'}, ${usage.totalTokens} tokens${cost}, ${formatSpan(usage.agentMs)} of agent time`;
}

function turnLines({ turn }: TaskStatus, colors: Colors): string[] {
  if (turn === null) return [];
  const { events, usage } = turn;
  const spent = usage === null ? '' : `, ${usage.totalTokens} tokens so far`;
  return [
    `turn ${turn.turn}${spent}`,
    ...events.map(({ at, type, text }) => `${formatTime(at)}  ${colors.dim(type)}  ${visible(text)}`),
  ];
}

function questionLines({ question }: TaskStatus): string[] {
  if (question === null) return [];
  return [...question.text.split('\n'), ...question.options.map((option, at) => `${at + 1}. ${option}`)];
}

function remarkLine({ by, note }: TaskStatus['remarks'][number]): string {
  return `${by}: ${oneLine(note)}`;
}

function checkLines(check: CheckResult, colors: Colors): string[] {
  const passed = check.kind === 'passed';
  const result = passed ? colors.green(check.kind) : colors.red(check.kind.replace('_', ' '));
  const tests = check.tests === null ? '' : `, ${check.tests.total} tests, ${check.tests.failed} failed`;
  const head = `${check.name}: ${result} in ${formatSeconds(check.durationMs)}${tests}  ${colors.dim(check.command)}`;
  const tail = check.tail.trimEnd();
  return passed || tail === '' ? [head] : [head, ...tail.split('\n').map((line) => `  ${line}`)];
}

function reviewLine({ reviewer, problem }: TaskStatus['reviews'][number]): string {
  return problem === null
    ? `${reviewer}: has looked at it`
    : `${reviewer}: no usable review: ${oneLine(problem)}`;
}

function findingLine(finding: TaskStatus['findings'][number]): string {
  const { id, severity, claim, doubt, sources, resolution } = finding;
  const doubted = doubt === null ? '' : `; does not hold: ${doubt}`;
  return `${resolution.kind} ${id}, ${severity} at ${placeOf(finding)}, by ${sources.join(', ')}: ${claim}${doubted}`;
}

function decisionLine({ verdict, by, sha, round, at, via, note }: TaskStatus['decisions'][number]): string {
  const what = `${verdict.replace('_', ' ')} of ${sha.slice(0, 12)}, round ${round}, by ${by} (${via})`;
  return `${formatTime(at)}  ${what}${note === '' ? '' : `: ${oneLine(note)}`}`;
}

function errorLines({ lastError }: TaskStatus): string[] {
  if (lastError === null) return [];
  const { category, at, message, remedy } = lastError;
  return [
    `${category} at ${formatTime(at)}`,
    ...message.split('\n'),
    ...(remedy === null ? [] : ['', `What to do: ${remedy}`]),
  ];
}

function historyLines({ history }: TaskStatus): string[] {
  return history.map(({ at, phase, note }) => `${formatTime(at)}  ${phase.padEnd(9)}  ${note}`.trimEnd());
}

function actionLines({ next }: TaskStatus): string[] {
  const columns = [
    { title: '', cell: (action: TaskStatus['next'][number]) => action.action },
    { title: '', cell: (action: TaskStatus['next'][number]) => action.command },
  ];
  return renderTable(next, columns, Number.POSITIVE_INFINITY).slice(1);
}
