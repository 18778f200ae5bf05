import type { Refutation } from './finding.js';

/** Where a task's work is shown to people and to their CI before it lands: a pull request, or what a forge calls so. */
export interface Change {
  /** How people name it: 12 is `#12`. */
  number: number;
  url: string;
  branch: string;
  /** The commit that was shown last. */
  sha: string;
}

/** A change as its forge has it now. Only what people with write access say is in it. */
export interface ChangeSeen {
  number: number;
  state: 'open' | 'closed' | 'merged';
  /** Who has closed or merged it, where it is not open. */
  by: string | null;
  /** The commit on the base that it was merged as. */
  mergedSha: string | null;
  headSha: string;
  /** The branch that it is to land on. */
  base: string;
  isDraft: boolean;
  /** Whether the base can take it as it is; `unknown` while the forge works it out. */
  fit: 'clean' | 'behind' | 'conflict' | 'blocked' | 'unknown';
  /** What the forge itself asks for before it merges, in words: `2 approving reviews`, `the check build`. */
  missing: string[];
  /** It is in the forge's queue, or is merged by the forge as soon as it may be. */
  isQueued: boolean;
  /** Those that decide over a landing, of the head; what Continuo itself has published is not among them. */
  checks: ChangeCheck[];
  /** Open ones in which a person has the last word, oldest first; the first twenty. */
  threads: ChangeThread[];
}

export interface ChangeCheck {
  name: string;
  state: 'pending' | 'passed' | 'failed';
  url: string | null;
}

/** What a person says about lines of a change. */
export interface ChangeThread {
  /** The forge's own. */
  id: string;
  /** Stands for what was said last: the next word of a person makes it another one. */
  key: string;
  by: string;
  file: string | null;
  line: number | null;
  /** Cut after 2,000 characters. */
  text: string;
}

/** What became of a thread; the reply that people read. */
export interface ThreadAnswer {
  id: string;
  /** The key that it answers, so that nothing is answered twice. */
  key: string;
  text: string;
}

/** A finding of a reviewer, as it stands on its line. */
export interface ShownFinding {
  id: string;
  file: string | null;
  line: number | null;
  text: string;
  /** What became of it; it is resolved then. Null while it is open. */
  outcome: string | null;
}

/** A thread that the agent was told of, at a commit, with what it says against it. */
export interface ToldThread extends ChangeThread {
  sha: string;
  refuted: string | null;
}

/** A change, and what its task knows of it. */
export interface TaskChange extends Change {
  /** Of the newest look; null where one is awaited. */
  seen: ChangeSeen | null;
  /** Commits that were shown before: a forge may lag behind. */
  earlier: string[];
  /** Checks of a commit that were run once more because they had failed, by their addresses. */
  rerun: { sha: string; urls: (string | null)[] } | null;
  /** The commit that was put into the forge's queue. */
  queued: string | null;
  /** Until they are answered. */
  told: ToldThread[];
  /** Keys of what was answered, the newest last. */
  answered: string[];
}

/** What a person has put on its branch is what it shows from then on. */
export function takePushed(change: TaskChange, sha: string): void {
  Object.assign(change, { sha, earlier: earlierOf(change, sha) });
}

/** Merged or closed. */
export function isSettled(change: TaskChange | null): boolean {
  return change !== null && change.seen !== null && change.seen.state !== 'open';
}

/** Its branch was set back to what the task had shown before, or its forge lags behind. */
export function isSetBack({ seen, earlier }: TaskChange): boolean {
  return seen !== null && seen.state === 'open' && earlier.includes(seen.headSha);
}

/** More keys than this are of no use: what is that old is resolved. */
const mostAnswered = 100;
const mostEarlier = 20;

/** What is to be done about a change next. */
export type ChangeMove =
  /** Nothing, before that is there: in words. */
  | { kind: 'wait'; for: string[] }
  | { kind: 'merged'; sha: string; by: string }
  | { kind: 'closed'; by: string }
  /** Somebody has put something else on its branch. */
  | { kind: 'pushed'; sha: string }
  | { kind: 'threads'; threads: ChangeThread[] }
  | { kind: 'conflict' }
  | { kind: 'red'; checks: ChangeCheck[] }
  | { kind: 'behind' }
  | { kind: 'ready' };

/** What follows from how a change was seen last; `base` is the branch that its task may land on. */
export function nextMove(change: TaskChange, base: string): ChangeMove {
  const { seen, sha } = change;
  if (seen === null) return { kind: 'wait', for: ['a look at it'] };
  const by = seen.by ?? 'somebody';
  if (seen.state === 'merged') return { kind: 'merged', sha: seen.mergedSha ?? seen.headSha, by };
  if (seen.state === 'closed') return { kind: 'closed', by };
  if (isSetBack(change)) return { kind: 'wait', for: ['its forge to show the newest commit'] };
  if (seen.headSha !== sha) return { kind: 'pushed', sha: seen.headSha };
  const threads = newThreads(change);
  if (threads.length > 0) return { kind: 'threads', threads };
  if (seen.base !== base) return { kind: 'wait', for: [retargeted(seen.base, base)] };
  if (seen.fit === 'conflict') return { kind: 'conflict' };
  const checks = seen.checks.map((check): ChangeCheck =>
    isRunAgain(change, check) ? { ...check, state: 'pending' } : check,
  );
  const red = checks.filter(({ state }) => state === 'failed');
  if (red.length > 0) return { kind: 'red', checks: red };
  if (seen.isQueued) return { kind: 'wait', for: ['its turn in the queue'] };
  const pending = checks.filter(({ state }) => state === 'pending').map(({ name }) => `the check ${name}`);
  if (pending.length > 0) return { kind: 'wait', for: pending };
  if (seen.fit === 'behind') return { kind: 'behind' };
  if (seen.fit === 'unknown') return { kind: 'wait', for: ['whether the base can take it'] };
  if (seen.fit === 'clean') return { kind: 'ready' };
  return { kind: 'wait', for: seen.missing.length > 0 ? seen.missing : ['what protects the base'] };
}

/** What failed is old by now. */
function isRunAgain({ rerun, sha }: TaskChange, { url, state }: ChangeCheck): boolean {
  return state === 'failed' && rerun?.sha === sha && rerun.urls.includes(url);
}

/** Whether work is to be done about the change before anybody needs to decide about it. */
export function isUrgent({ kind }: ChangeMove): boolean {
  return kind !== 'wait' && kind !== 'behind' && kind !== 'ready';
}

function retargeted(now: string, base: string): string {
  return `its base to be ${base} again, which somebody has made ${now}: set it back, or name ${now} in repository.base`;
}

function newThreads({ seen, told, answered }: TaskChange): ChangeThread[] {
  const known = new Set([...answered, ...told.map(({ key }) => key)]);
  return (seen?.threads ?? []).filter(({ key }) => !known.has(key));
}

/** Takes what was shown, with the answers that went along. */
export function takeShown(
  before: TaskChange | null,
  { change, seen, answers }: { change: Change; seen: ChangeSeen; answers: readonly ThreadAnswer[] },
): TaskChange {
  const keys = answers.map(({ key }) => key);
  const known = before?.number === change.number ? before : null;
  return {
    ...change,
    seen,
    earlier: earlierOf(known, change.sha),
    rerun: known?.rerun ?? null,
    queued: known?.queued ?? null,
    told: (known?.told ?? []).filter(({ key }) => !keys.includes(key)),
    answered: [...(known?.answered ?? []), ...keys].slice(-mostAnswered),
  };
}

function earlierOf(known: TaskChange | null, sha: string): string[] {
  const all = known === null ? [] : [...known.earlier, known.sha];
  return all.filter((one) => one !== sha).slice(-mostEarlier);
}

/** What the agent says against what people have said; they read its reason. */
export function refuteThreads(told: readonly ToldThread[], refutations: readonly Refutation[]): ToldThread[] {
  return told.map((thread) => {
    const reason = refutations.find(({ id }) => id === thread.key)?.reason.trim() ?? '';
    return reason === '' ? thread : { ...thread, refuted: reason };
  });
}
