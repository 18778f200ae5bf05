import type { BudgetKind } from '../domain/budget.js';
import type { Fields } from './accept.js';
import type { Message } from './messages.js';

/** What a message that raises limits names; 0 where it does not. */
export function readRaise(fields: Fields): Message & Record<BudgetKind, number> {
  return {
    ...fields.message(),
    usd: fields.number('usd'),
    tokens: fields.number('tokens'),
    turns: fields.number('turns'),
    minutes: fields.number('minutes'),
  };
}
