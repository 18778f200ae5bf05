import type { BudgetKind } from '../../domain/budget.js';
import { budgetKinds, figure, limitOf, spentOf } from '../../domain/budget.js';
import { dateAt } from '../../domain/calendar.js';
import type { SharedScope } from '../../domain/shared-budget.js';
import { sharedLimits, sharedScopes, spendingIn } from '../../domain/shared-budget.js';
import type { Usage } from '../../domain/usage.js';
import { raiseSharedUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { askProject, tellProject } from '../project-message.js';
import { renderTable } from '../table.js';
import type { BudgetOptions } from './budget.js';
import { raiseOf } from './budget.js';

/** Lets all tasks together spend more, today or in all. Throws `CliError` when no limit is named. */
export async function raiseForAll(
  invocation: Invocation,
  scope: SharedScope,
  limits: BudgetOptions,
): Promise<void> {
  const raise = { ...raiseOf(invocation, limits), scope };
  await withEngine(invocation, (engine) => tellProject(engine, invocation, raiseSharedUpdate, raise));
}

/** What all tasks have spent together, and what they may. */
interface SharedBudget {
  scope: SharedScope;
  usage: Usage;
  limits: Partial<Record<BudgetKind, number>>;
}

/** Shows what all tasks have spent together, today and in all. Needs a worker. */
export async function showBudgets(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  await withEngine(invocation, async (engine) => {
    const { spending, config, holds } = await askProject(engine);
    const shared = sharedLimits(config.view);
    const now = Date.now();
    const date = dateAt(shared.timeZone, now);
    const budgets = sharedScopes.map((scope): SharedBudget => {
      const { usage, raised } = spendingIn(spending, scope, shared, now);
      const limits = budgetKinds.map((kind) => [kind, limitOf(raised, shared[scope], kind)] as const);
      return { scope, usage, limits: Object.fromEntries(limits.filter(([, limit]) => limit !== null)) };
    });
    const { timeZone } = shared;
    if (json) {
      out.json({ project: engine.project, timeZone, date, budgets, holds, days: spending.days });
      return;
    }
    for (const line of renderTable(budgets, columnsFor(date), out.width)) out.line(line);
    for (const { until, message } of Object.values(holds))
      out.remark(
        `Nothing new starts ${until === null ? 'before it is raised' : `before ${until}`}: ${message}`,
      );
  });
}

function columnsFor(date: string) {
  return [
    { title: 'BUDGET', cell: ({ scope }: SharedBudget) => (scope === 'day' ? date : scope) },
    ...budgetKinds.map((kind) => ({
      title: kind.toUpperCase(),
      cell: (budget: SharedBudget) => cellOf(budget, kind),
    })),
  ];
}

/** `12.40 of 20.00` */
function cellOf({ usage, limits }: SharedBudget, kind: BudgetKind): string {
  const isUnknown = kind === 'usd' && usage.costUsd === null && usage.turns > 0;
  const spent = isUnknown ? 'unknown' : figure(kind, spentOf(usage, kind));
  const limit = limits[kind];
  return limit === undefined ? spent : `${spent} of ${figure(kind, limit)}`;
}
