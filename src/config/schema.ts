import { z } from 'zod';
import { isBranchName } from './branch-name.js';
import { projectName, projectNameAllowed } from './project-id.js';
import { Budget, Metrics, Schedule, Webhooks } from './schema-operation.js';
import { duration, longestMs, port, positive, wholeNumber, word } from './schema-values.js';

/**
 * The front matter of WORKFLOW.md: the Symphony specification's keys and defaults (SPEC 5.3), then
 * Continuo's own sections. Unknown keys are dropped, never an error. All durations are milliseconds.
 * A message given as `error` says what is allowed; `describe.ts` has the words for the other cases.
 */

const words = z.array(z.string());
const variables = z.array(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable, without $' }),
);
const insideRepository = 'a path inside the repository';
const relativePath = z
  .string({ error: insideRepository })
  .refine((path) => path !== '' && !/^[/~]|^\.\.(\/|$)|\/\.\.(\/|$)|\0/.test(path), {
    error: insideRepository,
  });

/** One broken entry is dropped by itself and fails nothing (SPEC 5.3.5). */
const limitsByState = z
  .record(z.string(), z.unknown())
  .default({})
  .transform((entries) =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([state, limit]) =>
        typeof limit === 'number' && Number.isInteger(limit) && limit > 0
          ? [[state.trim().toLowerCase(), limit]]
          : [],
      ),
    ),
  );

const Tracker = z.object({
  /** Required, but checked later: the message names the kinds that there are. */
  kind: z.string().trim().default(''),
  /** Owned by the adapter, kept whole. */
  provider: z.record(z.string(), z.unknown()).default({}),
  required_labels: words.default([]),
  active_states: words.optional(),
  terminal_states: words.optional(),
  /** The state that an issue gets when its task was rejected, or cancelled by a person; null leaves it alone. */
  on_reject: word.nullable().default(null),
  on_cancel: word.nullable().default(null),
});

/** Where changes are shown to people and land. */
const Forge = z.object({
  /** Checked later: the message names the kinds that there are. */
  kind: z.string().trim().default('local'),
  /** Owned by the adapter, kept whole. */
  provider: z.record(z.string(), z.unknown()).default({}),
});

const Hooks = z.object({
  after_create: z.string().nullable().default(null),
  before_run: z.string().nullable().default(null),
  after_run: z.string().nullable().default(null),
  before_remove: z.string().nullable().default(null),
  timeout_ms: duration.default(60_000),
});

/** What agents ask before they do it; the first rule that fits decides, and without one a person. */
const Approval = z.object({
  kind: z.enum(['command', 'edit', 'tool', 'other']).optional(),
  /** A glob; a star stands for any text. */
  pattern: word.optional(),
  answer: z.enum(['allow', 'deny', 'ask']),
});

const Agent = z.object({
  kind: word.default('codex'),
  /** The kind that goes on while the quota of `kind` is used up, with the settings of its section. */
  fallback: word.optional(),
  auth: z.enum(['inherit', 'api_key']).default('inherit'),
  /** Names of environment variables that pass through to the agent. */
  env: variables.default([]),
  approvals: z.array(Approval, { error: 'a list of rules, each with answer' }).default([]),
  max_concurrent_agents: positive.default(10),
  max_concurrent_agents_by_state: limitsByState,
  max_turns: positive.default(20),
  max_retry_backoff_ms: duration.default(300_000),
});

/** How long an agent may be silent: in a turn, while it starts, and before it counts as stalled. */
const patience = {
  turn_timeout_ms: duration.default(3_600_000),
  read_timeout_ms: duration.default(5_000),
  /** Zero and less turn stall detection off. */
  stall_timeout_ms: wholeNumber(-longestMs, longestMs, 'a whole number of milliseconds').default(300_000),
};

const Codex = z.object({
  command: word.default('codex app-server'),
  approval_policy: z.unknown().optional(),
  thread_sandbox: z.unknown().optional(),
  turn_sandbox_policy: z.unknown().optional(),
  ...patience,
});

const Claude = z.object({
  /** What is started, by `bash -lc`; the flags of the protocol follow. */
  command: word.default('claude'),
  model: word.optional(),
  /** As `--permission-mode` takes it. */
  permission_mode: word.default('acceptEdits'),
  /** As `--allowedTools` takes them: used without asking. */
  allowed_tools: words.default([]),
  ...patience,
  // It looks at its surroundings before it says anything.
  read_timeout_ms: duration.default(60_000),
});

export const Acp = z.object({
  /** Any agent that speaks the Agent Client Protocol on stdio, started by `bash -lc`. */
  command: word,
  /** The way to log in, by the agent's id for it, where it has to be told. */
  auth_method: word.optional(),
  /** The mode of the session, as the agent names it. */
  mode: word.optional(),
  model: word.optional(),
  ...patience,
  read_timeout_ms: duration.default(60_000),
});

export const Command = z.object({
  /** Run by `bash -lc` in the workspace, with the prompt on stdin. */
  run: word,
  timeout_ms: duration.default(3_600_000),
});

const Keeper = z.object({
  /** How long an agent, a check or a hook goes on while no worker attends to it. */
  lease_ms: duration.default(900_000),
});

const aPlace = 'a path that begins with / or ~/';
const places = z.array(z.string({ error: aPlace }).regex(/^(\/|~\/)[^\0]*[^/\0]\/*$/, { error: aPlace }));

/** How far agents and checks are kept apart from the host. */
const Containment = z.object({
  /** Without it, the best that the host has; with it, nothing runs where the host cannot give it. */
  level: z.enum(['strict', 'standard', 'none']).optional(),
  /** What agents and checks may write to, beside the workspace and their temporary directory. */
  writable: places.default([]),
  /** What they may see although it is hidden otherwise: secrets of the home directory, `/tmp`, `/run`. */
  readable: places.default([]),
  /** TCP ports of the host's loopback that they may reach. */
  host_ports: z.array(port).default([]),
});

const Repository = z.object({
  /** A path, relative to the workflow file, or any URL that git takes. */
  url: word,
  base: z
    .string()
    .refine(isBranchName, { error: 'a branch name that git takes, such as main' })
    .default('main'),
  /** Author of the commits that Continuo makes, as `Name <mail>`. */
  author: z
    .string()
    .regex(/^[^\s<>][^<>\p{Cc}]* <[^<>\s\p{Cc}]+>$/u, {
      error: 'Name <mail>, such as Continuo <continuo@localhost>',
    })
    .default('Continuo <continuo@localhost>'),
});

const Check = z.object({
  name: word,
  run: word,
  timeout_ms: duration.default(600_000),
  /** A JUnit report that the check writes, relative to the checkout; zero tests in it are `invalid`. */
  report: relativePath.optional(),
});

/** Rounds of a task without checks. */
export const defaultRounds = 5;

const Verify = z.object({
  checks: z
    .array(Check, { error: 'a list of checks, each with name and run' })
    .min(1, { error: 'at least one check, with name and run' })
    .refine((checks) => new Set(checks.map((check) => check.name)).size === checks.length, {
      error: 'checks with different names',
    }),
  /** Globs, in addition to the defaults. */
  protected_paths: words.default([]),
  env: variables.default([]),
  /** How often work may go back to the agent before the task fails. */
  max_rounds: positive.default(defaultRounds),
});

/** They run at the same time, in the slot of one task. */
const mostReviewers = 8;
const aName = 'a text of at most 60 characters that is not empty';

const Reviewer = z.object({
  name: z.string({ error: aName }).trim().min(1, { error: aName }).max(60, { error: aName }),
  /** A template, as the prompt of the file. */
  prompt: word,
  /** A kind of agent, with the settings of its section; `command` where there is `run`, else `agent.kind`. */
  agent: word.optional(),
  /** What is started, by `bash -lc`, in place of the command line in the section of that kind. */
  run: word.optional(),
  timeout_ms: duration.default(1_800_000),
});

const Review = z.object({
  agents: z
    .array(Reviewer, { error: 'a list of reviewers, each with name and prompt' })
    .max(mostReviewers, { error: `at most ${mostReviewers} reviewers` })
    .refine((agents) => new Set(agents.map(({ name }) => name)).size === agents.length, {
      error: 'reviewers with different names',
    })
    .default([]),
  /** How often blocking findings go back to the agent before a person decides. */
  max_rounds: positive.default(2),
  human: z
    .object({ when: z.enum(['always', 'never', 'risk']).default('always'), who: words.default([]) })
    .prefault({}),
});

/** A longer stack would be built for minutes while the base moves. */
const largestBatch = 20;

const Land = z.object({
  mode: z.enum(['merge', 'pull_request', 'none']).default('merge'),
  strategy: z.enum(['squash', 'merge', 'rebase']).default('squash'),
  /** How many waiting changes are verified together. */
  batch: wholeNumber(1, largestBatch, `a whole number from 1 to ${largestBatch}`).default(1),
});

const Worker = z.object({
  /** For a worker on each host there is a command; only a hint is made of this. */
  ssh_hosts: z.unknown().optional(),
  /** Agents at the same time on each host (SPEC A.1). */
  max_concurrent_agents_per_host: positive.optional(),
});

/** The front matter as it is written, with defaults filled in. `$VAR` and paths are not resolved yet. */
export const FrontMatter = z.object({
  project: z
    .object({ name: z.string().regex(projectName, { error: projectNameAllowed }).optional() })
    .prefault({}),
  tracker: Tracker.prefault({}),
  forge: Forge.prefault({}),
  polling: z.object({ interval_ms: duration.default(30_000) }).prefault({}),
  workspace: z.object({ root: word.optional() }).prefault({}),
  hooks: Hooks.prefault({}),
  agent: Agent.prefault({}),
  codex: Codex.prefault({}),
  claude: Claude.prefault({}),
  acp: Acp.optional(),
  command: Command.optional(),
  keeper: Keeper.prefault({}),
  containment: Containment.prefault({}),
  repository: Repository.optional(),
  verify: Verify.optional(),
  review: Review.optional(),
  land: Land.optional(),
  budget: Budget.prefault({}),
  lessons: z.object({ path: relativePath.default('docs/lessons') }).prefault({}),
  metrics: Metrics.prefault({}),
  webhooks: Webhooks.optional(),
  schedules: z
    .array(Schedule, { error: 'a list of schedules, each with name, cron and prompt' })
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
      error: 'schedules with different names',
    })
    .default([]),
  worker: Worker.prefault({}),
});

export type FrontMatter = z.infer<typeof FrontMatter>;
