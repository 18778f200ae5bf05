import { describe, expect, it } from '@jest/globals';
import type { Holds } from '../../src/domain/hold.js';
import { holdOf, usedUpOf } from '../../src/domain/hold.js';
import { nextPlayer, playerOf } from '../../src/domain/player.js';
import { testConfig } from '../support/fake-ports.js';

const config = testConfig({ agentKind: 'codex', fallback: 'claude' });
const { agent } = config.view;

describe('who plays the next turn', () => {
  it.each<{ who: string; player: string | null; usedUp: string[]; plays: string }>([
    { who: 'the first agent', player: null, usedUp: [], plays: 'codex' },
    { who: 'its fallback', player: null, usedUp: ['codex'], plays: 'claude' },
    { who: 'its fallback, in place of it', player: 'codex', usedUp: ['codex'], plays: 'claude' },
    {
      who: 'the one that has played, once the first one is back',
      player: 'claude',
      usedUp: [],
      plays: 'claude',
    },
    { who: 'the first one, in place of its fallback', player: 'claude', usedUp: ['claude'], plays: 'codex' },
    { who: 'the one that has played', player: 'claude', usedUp: ['codex', 'claude'], plays: 'claude' },
    { who: 'one that the workflow file still names', player: 'acp', usedUp: [], plays: 'codex' },
  ])('is $who', ({ player, usedUp, plays }) => {
    expect(nextPlayer(agent, { player, usedUp })).toBe(plays);
  });

  it('is nobody else while a turn waits for an answer', () => {
    const state = { config, player: 'codex', usedUp: ['codex'], openTurn: null };
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: null, agentMs: 0 };
    const openTurn = { turn: 1, answers: [], given: 0, told: 0, usage };
    expect([playerOf(state), playerOf({ ...state, openTurn })]).toEqual(['claude', 'codex']);
    expect(playerOf({ ...state, config: null, player: null })).toBeNull();
  });
});

describe('quotas where there is a fallback', () => {
  const first = { until: '2026-01-01T02:00:00Z', message: 'codex has none' };
  const second = { until: '2026-01-01T01:00:00Z', message: 'claude has none' };
  const both: Holds = { 'codex/inherit': first, 'claude/inherit': second };

  it('are in the way only together, until the first one comes back', () => {
    expect(holdOf({ 'codex/inherit': first }, agent)).toBeNull();
    expect(holdOf({ 'claude/inherit': second }, agent)).toBeNull();
    expect(holdOf(both, agent)).toBe(second);
    expect(holdOf(both, { ...agent, auth: 'api_key' })).toBeNull();
    expect(usedUpOf(both, agent)).toEqual(['codex', 'claude']);
  });

  it('are in the way one by one without', () => {
    expect(holdOf(both, testConfig({ agentKind: 'codex' }).view.agent)).toBe(first);
  });

  it('come after a budget that is spent', () => {
    const spent = { scope: 'day', of: 'usd', spent: 2, limit: 2 } as const;
    const day = { until: null, message: '2.00 of 2.00 USD are spent', spent };
    expect(holdOf({ day, 'codex/inherit': first }, agent)).toBe(day);
  });
});
