import type { ChangeThread } from './change.js';
import type { CheckResult } from './evidence.js';
import type { ToldFinding } from './finding.js';
import type { Leaving } from './hosts.js';
import type { Conflict, TakenIn } from './landing.js';
import type { Word } from './words.js';

/** The newer base that checks ran on together with the work; without `takenIn` nobody has tried to put it into the files. */
export interface Joined {
  baseSha: string;
  takenIn?: TakenIn;
}

/** What the next turn is told, beside the task itself. */
export type Feedback =
  | { kind: 'checks'; sha: string; checks: CheckResult[]; joined?: Joined }
  | { kind: 'findings'; sha: string; findings: ToldFinding[] }
  | ({ kind: 'changes'; note: string } & Spoken)
  | ({ kind: 'conflict' } & Conflict)
  | ({ kind: 'answer'; question: string; answer: string } & Spoken)
  /** `id` is the message's; missing in what an earlier version recorded. */
  | ({ kind: 'steer'; id?: string; note: string } & Spoken)
  /** A person has paused the task, and the turn was ended for it. */
  | ({ kind: 'paused'; note: string } & Spoken)
  | { kind: 'secrets'; places: string[] }
  | { kind: 'unchanged' }
  /** Nothing gates the work, and the issue is still active after a turn: this is the next one of at most `turns`. */
  | { kind: 'continue'; state: string; turn: number; turns: number }
  | { kind: 'interrupted'; note: string }
  /** Another kind of agent has played until now; `why` is empty where a person has chosen the new one. */
  | { kind: 'handOver'; from: string; why: string; baseSha: string }
  /** A person has worked in the workspace; `files` are the first of those that they changed. */
  | ({ kind: 'handBack'; note: string; files: string[] } & Spoken)
  /** A person has put the work back to an earlier moment; `conflicts` are the files with marks in them. */
  | ({ kind: 'rewind'; note: string; moment: string; conflicts: string[] } & Spoken)
  /** People have said this about lines of the change. */
  | { kind: 'threads'; sha: string; threads: ChangeThread[] }
  /** Somebody has put commits of their own on the change's branch; `conflicts` are the files with marks in them. */
  | ({ kind: 'pushed'; files: string[]; conflicts: string[] } & Spoken)
  /** The work goes on at another host, from this checkpoint; null where there is none, which is the base. */
  | { kind: 'moved'; from: string; why: Leaving; sha: string | null }
  /** The work comes from another task. */
  | ({ kind: 'fork'; note: string; task: string; sha: string | null } & Spoken)
  /** What people said in turns of which the agent may know nothing, oldest first. */
  | { kind: 'before'; words: Word[] };

/** Who has said something, and when (RFC 3339); no time in what an earlier version recorded, and at the start of a fork. */
interface Spoken {
  by: string;
  at?: string;
}
