import { findingsOpenAt } from './findings.js';
import type { Issue } from './issue.js';
import type { Origin, PhaseCheckpoint } from './rewind.js';
import type { Feedback } from './feedback.js';
import type { TaskState } from './task.js';
import { newTask, remember } from './task.js';
import { findingsToTell } from './told-findings.js';
import { keepWords, saidBefore, wordsUntil } from './words.js';

/** A new task that goes on from a checkpoint of another one, which stays as it is. */
export function forkedTask(project: string, issue: Issue, origin: Origin, at: string): TaskState {
  const state = newTask(project, issue);
  const { words = [], findings = [], ...from } = origin;
  const { task, sha, by } = from;
  remember(state, 'claim', at, `forked by ${by} from ${task} at ${sha?.slice(0, 12) ?? 'its base'}`);
  const found: Feedback[] =
    sha === null || findings.length === 0 ? [] : [{ kind: 'findings', sha, findings }];
  return {
    ...state,
    origin: from,
    words,
    feedback: [...saidBefore(words), ...found, { kind: 'fork', ...from }],
  };
}

/** What people had asked for by a moment, told or not, and what reviewers had found; until now where there is none. */
export function askedUntil(
  { words, feedback, findings }: TaskState,
  moment: PhaseCheckpoint | null,
): Required<Pick<Origin, 'words' | 'findings'>> {
  const all = keepWords(words, feedback);
  return moment === null
    ? { words: all, findings: findingsToTell(findings) }
    : { words: wordsUntil(all, moment.at), findings: findingsToTell(findingsOpenAt(findings, moment)) };
}
