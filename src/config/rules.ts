import { normalizeState } from '../domain/issue.js';
import { kindsOf } from '../domain/player.js';
import { describe, problemsOf } from './describe.js';
import type { ConfigErrorCode, ConfigProblem } from './errors.js';
import type { FrontMatter } from './schema.js';
import { PromptError, checkTemplate } from './prompt.js';
import { forgeProblems } from './forge-rules.js';
import { kindOfReviewer } from './reviewer.js';
import { trackerProfile, trackerProfiles } from './tracker-profiles.js';
import { hasPassword } from './repository-url.js';

/** Agent backends of this version. */
const agentKinds = ['codex', 'claude', 'acp', 'command'];

/** A problem, and the error class of the file that has it. */
export type RuleProblem = ConfigProblem & { code: ConfigErrorCode };

/** What the schema cannot say: rules between keys, and what this version has adapters for. */
export function crossFieldProblems(front: FrontMatter): RuleProblem[] {
  return [
    ...trackerProblems(front),
    ...endStateProblems(front),
    ...agentProblems(front),
    ...repositoryProblems(front),
    ...forgeProblems(front),
    ...landProblems(front),
    ...reviewerProblems(front),
    ...budgetProblems(front),
  ];
}

function invalid(key: string, found: unknown, allowed: string): RuleProblem {
  return { code: 'config_invalid', key, found: describe(found), allowed };
}

function trackerProblems({ tracker }: FrontMatter): RuleProblem[] {
  const profile = trackerProfile(tracker.kind);
  if (profile === undefined) {
    const allowed = Object.keys(trackerProfiles).join(', ');
    if (tracker.kind === '') return [invalid('tracker.kind', undefined, allowed)];
    return [{ ...invalid('tracker.kind', tracker.kind, allowed), code: 'unsupported_tracker_kind' }];
  }
  const parsed = profile.provider.safeParse(tracker.provider);
  if (parsed.success) return [];
  return problemsOf(parsed.error, tracker.provider).map(({ key, found, allowed }) => ({
    code: 'invalid_tracker_config',
    key: key === '' ? 'tracker.provider' : `tracker.provider.${key}`,
    found,
    allowed,
  }));
}

/** An issue that is over for its task must not look as if it were still to be worked on. */
function endStateProblems({ tracker }: FrontMatter): RuleProblem[] {
  const active = tracker.active_states ?? trackerProfile(tracker.kind)?.activeStates ?? [];
  const isActive = (state: string) => active.some((one) => normalizeState(one) === normalizeState(state));
  return (['on_reject', 'on_cancel'] as const).flatMap((key) => {
    const state = tracker[key];
    if (state === null || !isActive(state)) return [];
    const allowed = `a state that is not in tracker.active_states (${active.join(', ')}), or null`;
    return [invalid(`tracker.${key}`, state, allowed)];
  });
}

function agentProblems(front: FrontMatter): RuleProblem[] {
  const { kind, fallback } = front.agent;
  const known = `${agentKinds.join(', ')} (the agents that this version can run; without agent.kind it is codex)`;
  return [
    ...kindProblems(front, 'agent.kind', kind, agentKinds, known),
    ...(fallback === undefined ? [] : fallbackProblems(front, fallback)),
  ];
}

/** The quota of one kind is one: the same kind again would have none either. */
function fallbackProblems(front: FrontMatter, fallback: string): RuleProblem[] {
  const { kind } = front.agent;
  const others = agentKinds.filter((other) => other !== kind);
  const allowed = `${others.join(', ')} (another kind than agent.kind, which is ${kind})`;
  return kindProblems(front, 'agent.fallback', fallback, others, allowed);
}

function kindProblems(
  front: FrontMatter,
  key: string,
  kind: string,
  kinds: readonly string[],
  allowed: string,
): RuleProblem[] {
  if (!kinds.includes(kind)) return [invalid(key, kind, allowed)];
  return lacksCommand(front, kind)
    ? [invalid(`${kind}.${kind === 'acp' ? 'command' : 'run'}`, undefined, commandFor(kind, key))]
    : [];
}

/** Whether nothing says what to start for this kind of agent. */
function lacksCommand({ acp, command }: FrontMatter, kind: string): boolean {
  return (kind === 'acp' && acp === undefined) || (kind === 'command' && command === undefined);
}

function commandFor(kind: string, key: string): string {
  const agent = kind === 'acp' ? 'an agent that speaks ACP' : 'the agent';
  return `the command line of ${agent}, because ${key} is ${kind}`;
}

function repositoryProblems({ tracker, repository, verify, review, land }: FrontMatter): RuleProblem[] {
  if (repository !== undefined) {
    if (!hasPassword(repository.url)) return [];
    const problem = invalid(
      'repository.url',
      null,
      'a URL without a password: git asks its credential helper',
    );
    return [{ ...problem, found: 'a URL with a password in it' }];
  }
  const needing = [
    trackerProfile(tracker.kind)?.inRepository === true && `tracker.kind ${tracker.kind}`,
    verify !== undefined && 'verify',
    review !== undefined && 'review',
    land !== undefined && 'land',
  ].filter((reason) => reason !== false);
  if (needing.length === 0) return [];
  return [invalid('repository', undefined, `a map with url and base, because of ${needing.join(', ')}`)];
}

function landProblems({ tracker, land }: FrontMatter): RuleProblem[] {
  if (trackerProfile(tracker.kind)?.inRepository !== true) return [];
  if (land === undefined) {
    const allowed = `a map such as { mode: merge }, because a ${tracker.kind} issue gets its new state when it lands`;
    return [invalid('land', undefined, allowed)];
  }
  if (land.mode === 'none') {
    return [
      invalid(
        'land.mode',
        land.mode,
        `merge, because a ${tracker.kind} issue gets its new state when it lands`,
      ),
    ];
  }
  return [];
}

function reviewerProblems(front: FrontMatter): RuleProblem[] {
  return (front.review?.agents ?? []).flatMap((reviewer, index) => {
    const { prompt, run, agent } = reviewer;
    const key = (name: string) => `review.agents[${index}].${name}`;
    const kind = kindOfReviewer(reviewer, front.agent);
    const broken = templateProblem(prompt);
    return [
      ...(agent === undefined || agentKinds.includes(agent)
        ? []
        : [invalid(key('agent'), agent, agentKinds.join(', '))]),
      ...(run === undefined && lacksCommand(front, kind)
        ? [
            invalid(
              key('run'),
              undefined,
              commandFor(kind, agent === undefined ? 'agent.kind' : key('agent')),
            ),
          ]
        : []),
      ...(broken === null ? [] : [invalid(key('prompt'), prompt, `a Liquid template (${broken})`)]),
    ];
  });
}

function templateProblem(template: string): string | null {
  try {
    checkTemplate(template);
    return null;
  } catch (error) {
    if (error instanceof PromptError) return error.message;
    throw error;
  }
}

/** Settings that promise safety must not be ignored: somebody relies on them. */
function budgetProblems(front: FrontMatter): RuleProblem[] {
  const kind = kindsOf(front.agent).find((one) => !isPriced(front, one));
  if (kind === undefined) return [];
  return (['task', 'day', 'project'] as const).flatMap((scope) => {
    const limit = front.budget[`${scope}_usd`];
    const allowed =
      kind === 'command'
        ? `nothing, because a command agent reports neither tokens nor money: use budget.${scope}_turns or ${scope}_minutes`
        : `nothing, unless budget.prices has ${kind}, which does not say itself what it costs`;
    return limit === undefined ? [] : [invalid(`budget.${scope}_usd`, limit, allowed)];
  });
}

/** Whether it is known what this kind of agent costs. */
function isPriced({ acp, budget }: FrontMatter, kind: string): boolean {
  if (kind === 'command') return false;
  if (kind === 'claude' || Object.hasOwn(budget.prices, kind)) return true;
  return kind === 'acp' && acp?.model !== undefined && Object.hasOwn(budget.prices, acp.model);
}
