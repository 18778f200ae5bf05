import type { SharedLimits } from './shared-budget.js';

/** When a person has to decide before a change lands. */
export type HumanGate = 'always' | 'never' | 'risk';

export type LandMode = 'merge' | 'pull_request' | 'none';
export type LandStrategy = 'squash' | 'merge' | 'rebase';

/**
 * The slim part of the configuration that workflows decide by. Commands, prompts and secrets
 * stay on the hosts, under the hash: access to the namespace must not mean running commands.
 */
export interface ConfigView {
  project: string;
  tracker: {
    kind: string;
    activeStates: string[];
    terminalStates: string[];
    requiredLabels: string[];
    /**
     * What an issue becomes when its task was rejected, or cancelled by a person; null leaves it alone. Missing
     * in what an earlier version recorded.
     */
    onReject?: string | null;
    onCancel?: string | null;
    /** What it becomes when its work has landed; missing where landing itself does that, or nobody does. */
    onDone?: string;
    /** People read there how a task gets on; missing where they do not. */
    told?: true;
  };
  agent: {
    kind: string;
    /** The kind that goes on while the quota of the first one is used up. */
    fallback?: string;
    /** How it logs in; missing in what an earlier version recorded. */
    auth?: 'inherit' | 'api_key';
    maxConcurrent: number;
    /** Turns in one run of the agent, where nothing gates the work; missing in what an earlier version recorded. */
    maxTurns?: number;
    /** Keys are normalized states. */
    maxConcurrentByState: Record<string, number>;
    /** On each host; missing where only the limits above hold. */
    maxConcurrentPerHost?: number;
    maxRetryBackoffMs: number;
  };
  /** Lifetime caps of one task. Money and time are missing where nothing limits them. */
  limits: {
    attempts: number;
    rounds: number;
    turns: number;
    tokens: number;
    usd?: number;
    minutes?: number;
  };
  /** What all tasks may spend together; missing in what an earlier version recorded. */
  shared?: SharedLimits;
  gates: {
    verify: boolean;
    review: {
      human: HumanGate;
      who: string[];
      /** Names of the reviewers, and how often findings go back by themselves; missing in what an earlier version recorded. */
      agents?: { names: string[]; maxRounds: number };
    };
    land: LandRules | null;
  };
}

/** How changes land. `batch` is missing in what an earlier version recorded. */
export interface LandRules {
  mode: LandMode;
  strategy: LandStrategy;
  base: string;
  batch?: number;
}

/** Names a configuration: the hash finds it in a host's store. */
export interface ConfigRef {
  hash: string;
  view: ConfigView;
}
