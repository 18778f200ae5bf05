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

/** What a person says about lines of a change, and what follows. */
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

/** A change, and what its task knows of it. */
export interface TaskChange extends Change {
  /** Of the newest look; null before the first. */
  seen: ChangeSeen | null;
  /** The commit whose failed checks were run once more. */
  rerunFor: string | null;
  /** What the agent was told of, by key, until it is answered. */
  told: ChangeThread[];
  answers: ThreadAnswer[];
  /** Keys of what was answered; the newest hundred. */
  answered: string[];
}
