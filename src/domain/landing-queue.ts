import type { LandingEntry } from './landing.js';
import { escapeMarkdown } from './details.js';

/** An entry in the queue of a landing train. */
export interface QueuedEntry extends LandingEntry {
  /** When it came, RFC 3339. */
  since: string;
}

export type LandingStep = 'rebase' | 'verify' | 'merge';

/** What a train is doing now, and with which entries. */
export interface LandingWork {
  keys: string[];
  step: LandingStep;
  /** When the step began, RFC 3339. */
  since: string;
}

/** Everything a landing train knows; plain JSON, carried whole through continue-as-new. */
export interface LandingState {
  repository: string;
  base: string;
  /** In the order in which they land. */
  entries: QueuedEntry[];
  work: LandingWork | null;
  /** Keys of entries whose tasks want them back; one that is at work is left out after the step. */
  withdrawn: string[];
  seenMessages: string[];
  /** What people told the train, and what came of it; the newest ten. */
  remarks: string[];
}

/** What a train is started with: by a task, by itself in a new run, or by an older version. */
export interface LandingInput extends Partial<Omit<LandingState, 'entries'>> {
  repository: string;
  base: string;
  entries: (LandingEntry & { since?: string })[];
}

/** The state that a run begins with; nothing is at work yet. */
export function readLanding(input: LandingInput, now: string): LandingState {
  const entries = input.entries.map((entry) => ({ since: now, ...entry }));
  return { withdrawn: [], seenMessages: [], remarks: [], ...input, work: null, entries };
}

/**
 * The entries that land next: the first one and as many others as may be verified with it. They have its
 * configuration, so that one verification speaks for all, and its host, where their commits are.
 */
export function nextBatch(entries: readonly QueuedEntry[]): QueuedEntry[] {
  const [first] = entries;
  if (first === undefined) return [];
  const { configHash, workspace, batch = 1 } = first;
  return entries
    .filter((entry) => entry.configHash === configHash && entry.workspace.host === workspace.host)
    .slice(0, batch);
}

export function isAtWork({ work }: LandingState, { key }: LandingEntry): boolean {
  return work?.keys.includes(key) ?? false;
}

/** The entry of a task; of any project where none is named. */
export function findQueued(
  { entries }: LandingState,
  { project, task }: { project: string; task: string },
): QueuedEntry | null {
  const isIt = (entry: LandingEntry) =>
    entry.identifier === task && (project === '' || entry.project === project);
  return entries.find(isIt) ?? null;
}

/** Puts an entry ahead of all that wait. */
export function moveToFront(state: LandingState, moved: QueuedEntry): void {
  const others = state.entries.filter((entry) => entry !== moved);
  const working = others.filter((entry) => isAtWork(state, entry));
  const waiting = others.filter((entry) => !isAtWork(state, entry));
  state.entries = [...working, moved, ...waiting];
}

/** One entry, as `continuo queue` shows it. */
export interface QueueLine {
  task: string;
  project: string;
  title: string;
  sha: string;
  since: string;
  /** What is being done with it, since when; null while it waits. */
  step: LandingStep | null;
  stepSince: string | null;
}

/** The picture of a train that `continuo queue --json` prints. Fields are only added. */
export interface LandingQueue {
  repository: string;
  base: string;
  entries: QueueLine[];
  remarks: string[];
}

export function queueOf(state: LandingState): LandingQueue {
  const { repository, base, entries, work, remarks } = state;
  return {
    repository,
    base,
    entries: entries.map((entry) => {
      const at = isAtWork(state, entry) ? work : null;
      const { identifier: task, project, title, sha, since } = entry;
      return { task, project, title, sha, since, step: at?.step ?? null, stepSince: at?.since ?? null };
    }),
    remarks,
  };
}

/** More than this does not fit on a page. */
const mostShown = 50;

const doing: Record<LandingStep, string> = {
  rebase: 'is put on the base',
  verify: 'is verified',
  merge: 'is merged',
};

/** The queue as Markdown, for the Temporal UI's "current details". */
export function renderQueue({ base, entries, remarks }: LandingQueue): string {
  const lines = entries.slice(0, mostShown).map(({ task, sha, since, step, stepSince }, at) => {
    const state = step === null ? `waits since ${since}` : `${doing[step]}, since ${stepSince ?? since}`;
    return `${at + 1}. ${escapeMarkdown(task)} \`${sha.slice(0, 12)}\` ${state}`;
  });
  if (entries.length > mostShown) lines.push(`and ${entries.length - mostShown} more: \`continuo queue\``);
  const said = remarks.map((remark) => `- ${escapeMarkdown(remark)}`);
  return [
    `**Landing on ${escapeMarkdown(base)}**`,
    lines.join('\n') || 'Nothing is queued.',
    ...(said.length === 0 ? [] : [said.join('\n')]),
  ].join('\n\n');
}
