import { problemText, problemsOf } from '../../../config/describe.js';
import type { GitHubProvider } from '../../../config/github-provider.js';
import type { Blocker, Issue } from '../../../domain/issue.js';
import { normalizeLabels, normalizeState } from '../../../domain/issue.js';
import { readTextBounds } from '../issue-text.js';
import type { Entry } from './schema.js';
import { GitHubIssue } from './schema.js';

export type Rules = Pick<GitHubProvider, 'state_labels' | 'priority_labels' | 'claim_label'>;

export type Reading = { kind: 'issue'; issue: GitHubIssue } | { kind: 'malformed'; message: string };

export function readEntry(entry: Entry): Reading {
  const parsed = GitHubIssue.safeParse(entry);
  if (parsed.success) return { kind: 'issue', issue: parsed.data };
  return { kind: 'malformed', message: problemsOf(parsed.error, entry).map(problemText).join('; ') };
}

export function identifierOf(number: number): string {
  return `GH-${number}`;
}

/** Null for what is no identifier of this tracker. */
export function numberIn(identifier: string): number | null {
  const [, digits] = /^(?:GH-|#)?([1-9]\d{0,9})$/i.exec(identifier.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** What is read of an issue beside its own record. `priority`: of a field, which is stronger than labels. */
interface Beside {
  blockers: Blocker[];
  priority: number | null;
}

/** An issue as everybody else knows it. */
export function toIssue(found: GitHubIssue, { blockers, priority }: Beside, rules: Rules): Issue {
  const { number, title, body, html_url, assignees } = found;
  const description = (body ?? '').trim();
  const { scope, acceptance } = readTextBounds(description);
  const names = normalizeLabels(found.labels);
  return {
    id: String(number),
    native_ref: { number },
    identifier: identifierOf(number),
    title,
    description: description === '' ? null : description,
    priority: priority ?? priorityOf(names, rules),
    state: stateOf(found, rules),
    branch_name: null,
    url: html_url ?? null,
    assignee_id: assignees.find((one) => one != null)?.login ?? null,
    labels: names.filter((name) => !isOwn(name, rules)),
    blocked_by: blockers,
    dispatchable: blockers.every(({ state }) => state === 'closed'),
    created_at: instant(found.created_at),
    updated_at: instant(found.updated_at),
    scope,
    acceptance,
    source: 'tracker',
  };
}

/** `closed`, the state that a label stands for, or `open`. */
export function stateOf({ state, labels }: Pick<GitHubIssue, 'state' | 'labels'>, rules: Rules): string {
  if (state === 'closed') return state;
  const names = normalizeLabels(labels);
  const named = Object.entries(rules.state_labels).find(([, label]) => names.includes(normalizeState(label)));
  return named?.[0] ?? state;
}

/** Labels that say what the state and the claim say: an issue is not another one when they change. */
function isOwn(name: string, { state_labels, claim_label }: Rules): boolean {
  return [...Object.values(state_labels), claim_label ?? ''].some((label) => normalizeState(label) === name);
}

const words: Record<string, number> = { critical: 1, urgent: 1, high: 2, medium: 3, low: 4 };
const aPriority = /^(?:priority[ :/_-]*|p)([0-4])$/;
const aWord = /^priority[ :/_-]+(critical|urgent|high|medium|low)$/;

/** The most urgent one of several. */
function priorityOf(labels: readonly string[], { priority_labels }: Rules): number | null {
  const found = labels.flatMap((label) => priorityIn(label, priority_labels) ?? []);
  return found.length === 0 ? null : Math.min(...found);
}

function priorityIn(label: string, configured: Rules['priority_labels']): number | null {
  if (configured !== undefined)
    return Object.entries(configured).find(([name]) => normalizeState(name) === label)?.[1] ?? null;
  const [, digit] = aPriority.exec(label) ?? [];
  if (digit !== undefined) return Math.max(Number(digit), 1);
  const [, word = ''] = aWord.exec(label) ?? [];
  return words[word] ?? null;
}

/** The priority that an option of a field stands for: `P1`, `High`, or one of `priority_labels`; with a picture before it or not. */
export function priorityNamed(option: string, { priority_labels }: Rules): number | null {
  const name = normalizeState(option.replace(/^[^\p{L}\p{N}]+/u, ''));
  return priorityIn(name, priority_labels) ?? priorityIn(`priority ${name}`, undefined);
}

function instant(text: string | null | undefined): string | null {
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
