import type { ChangeCheck } from '../../../domain/change.js';
import type { Context, Pull } from './change-schema.js';

/** A check of the head, as GitHub has it. */
export interface SeenCheck extends ChangeCheck {
  isRequired: boolean;
  /** Published by Continuo itself. */
  isOurs: boolean;
  /** Null of one that is only awaited. */
  context: Context | null;
}

/** What our own statuses are called. */
const ownPrefix = 'continuo/';

/** All checks of the head, also required ones of which nothing was heard yet. */
export function checksSeen(pull: Pull, viewer: string): SeenCheck[] {
  const commit = pull.commits.map((one) => one.commit).find(({ oid }) => oid === pull.headRefOid);
  const seen = (commit?.statusCheckRollup?.contexts ?? []).map((context) => toCheck(context, viewer));
  const required = pull.baseRef?.refUpdateRule?.requiredStatusCheckContexts ?? [];
  const awaited = required.flatMap((name): SeenCheck[] => {
    if (name === null || seen.some((check) => check.name === name)) return [];
    const isOurs = name.startsWith(ownPrefix);
    return [{ name, state: 'pending', url: null, isRequired: true, isOurs, context: null }];
  });
  return [...seen, ...awaited];
}

/** Those that decide over a landing: the required ones, or all where none is. Ours are judged where they are made. */
export function deciding(checks: readonly SeenCheck[]): SeenCheck[] {
  const theirs = checks.filter(({ isOurs }) => !isOurs);
  const required = theirs.filter(({ isRequired }) => isRequired);
  return required.length > 0 ? required : theirs;
}

function toCheck(context: Context, viewer: string): SeenCheck {
  const { isRequired } = context;
  if (context.__typename === 'StatusContext') {
    const { context: name, state, targetUrl } = context;
    const isOurs = name.startsWith(ownPrefix);
    return { name, state: stateOfStatus(state), url: targetUrl ?? null, isRequired, isOurs, context };
  }
  const { name, detailsUrl, url, checkSuite } = context;
  const isOurs = viewer === `${checkSuite?.app?.slug ?? ''}[bot]`;
  return { name, state: stateOfRun(context), url: detailsUrl ?? url, isRequired, isOurs, context };
}

function stateOfStatus(state: string): ChangeCheck['state'] {
  if (state === 'SUCCESS') return 'passed';
  return state === 'FAILURE' || state === 'ERROR' ? 'failed' : 'pending';
}

const good: readonly string[] = ['SUCCESS', 'NEUTRAL', 'SKIPPED'];

function stateOfRun({ status, conclusion }: { status: string; conclusion?: string | null | undefined }) {
  if (status !== 'COMPLETED' || conclusion == null) return 'pending';
  // A person has to let it run first; no agent can mend that.
  if (conclusion === 'ACTION_REQUIRED') return 'pending';
  return good.includes(conclusion) ? 'passed' : 'failed';
}
