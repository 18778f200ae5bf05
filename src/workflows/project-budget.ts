import { describeSpent, raiseLimits, refuseRaise } from '../domain/budget.js';
import type { SharedScope } from '../domain/shared-budget.js';
import {
  countReport,
  endOfScope,
  raisedIn,
  sharedLimits,
  sharedScopes,
  spendingIn,
  spentIn,
} from '../domain/shared-budget.js';
import type { Usage } from '../domain/usage.js';
import type { Taker } from './accept.js';
import { accept } from './accept.js';
import * as messages from './messages.js';
import type { Project } from './project-context.js';
import { readRaise } from './raise.js';

/** Counts what a task says that it has spent so far. Saying it again counts nothing. */
export function countSpent(project: Project, issueId: string, reported: Usage | undefined): void {
  if (reported === undefined) return;
  const { spending, config, tasks } = project.state;
  const counted = tasks[issueId]?.counted;
  countReport(spending, sharedLimits(config.view), Date.now(), { counted, reported });
  weighBudgets(project);
}

/** Holds everything up while a budget that all tasks share is used up. */
export function weighBudgets({ state: { spending, config, holds } }: Project): void {
  const limits = sharedLimits(config.view);
  const now = Date.now();
  for (const scope of sharedScopes) {
    const spent = spentIn(spending, scope, limits, now);
    if (spent === null) delete holds[scope];
    else holds[scope] = { until: endOfScope(scope, limits, now), message: describeSpent(spent), spent };
  }
}

/** Registers the message by which a person lets all tasks together spend more. */
export function acceptRaiseForAll(project: Project, taker: Taker, lookForMore: () => void): void {
  const { state } = project;
  accept(taker, messages.raiseSharedUpdate, messages.raiseSharedSignal, {
    read: (fields) => ({ ...readRaise(fields), scope: fields.text('scope') }),
    refuse: ({ scope, ...wanted }) => {
      if (!isScope(scope)) return `the budget must be one of ${sharedScopes.join(', ')}`;
      const limits = sharedLimits(state.config.view);
      return refuseRaise(wanted, spendingIn(state.spending, scope, limits, Date.now()), limits[scope]);
    },
    apply: ({ scope, by, ...wanted }) => {
      if (!isScope(scope)) return 'there is no such budget';
      const limits = sharedLimits(state.config.view);
      const named = raiseLimits(raisedIn(state.spending, scope, limits, Date.now()), wanted);
      weighBudgets(project);
      lookForMore();
      return `the budget of the ${scope} was raised by ${by} to ${named}`;
    },
  });
}

function isScope(text: string): text is SharedScope {
  return sharedScopes.some((scope) => scope === text);
}
