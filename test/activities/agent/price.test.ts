import { describe, expect, it } from '@jest/globals';
import { withPrice } from '../../../src/activities/agent/price.js';
import { parseConfig } from '../../../src/config/parse.js';
import { workflowText } from '../../config/workflow-file.js';

function configOf(parts: Record<string, string>) {
  return parseConfig('/srv/shop/WORKFLOW.md', workflowText(parts), {});
}

const usage = {
  inputTokens: 2_000_000,
  outputTokens: 100_000,
  totalTokens: 2_100_000,
  costUsd: null,
  agentMs: 1000,
};

describe('the price of a turn', () => {
  it('is that of the model, before that of the kind of agent', () => {
    const prices = '{ prices: { claude: { input: 1, output: 10 }, opus: { input: 5, output: 25 } } }';
    const byKind = configOf({ budget: prices });
    const byModel = configOf({ budget: prices, claude: '{ model: opus }' });
    expect(withPrice(byKind, 'claude', usage).costUsd).toBe(3);
    expect(withPrice(byModel, 'claude', usage).costUsd).toBe(12.5);
  });

  it('is what the agent says, where it says it', () => {
    const config = configOf({ budget: '{ prices: { claude: { input: 1, output: 10 } } }' });
    expect(withPrice(config, 'claude', { ...usage, costUsd: 0.25 }).costUsd).toBe(0.25);
  });

  it('is unknown without either, and never 0', () => {
    expect(withPrice(configOf({}), 'codex', usage).costUsd).toBeNull();
  });

  it('can be limited only where it is known', () => {
    const codex = { agent: '{ kind: codex }', command: '-' };
    expect(() => configOf({ ...codex, budget: '{ task_usd: 5 }' })).toThrow('unless budget.prices has codex');
    const priced = '{ task_usd: 5, prices: { codex: { input: 1, output: 10 } } }';
    expect(configOf({ ...codex, budget: priced }).budget.task_usd).toBe(5);
    expect(configOf({ agent: '{ kind: claude }', budget: '{ task_usd: 5 }' }).budget.task_usd).toBe(5);
  });
});
