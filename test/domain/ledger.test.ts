import { describe, expect, it } from '@jest/globals';
import { ledgerRecord } from '../../src/domain/ledger.js';
import type { Stage } from '../../src/domain/task.js';
import { newTask } from '../../src/domain/task.js';
import { testIssue } from '../support/fake-ports.js';

const run = { workflowId: 'task/shop/one', runId: 'run' };

describe('the record of a closed task', () => {
  it('has how it ended, what it cost and when', () => {
    const state = newTask('shop', testIssue());
    state.stage = { phase: 'done' };
    state.landedSha = 'c1';
    const at = '2026-01-02T00:00:00Z';
    state.decisions = [
      { verdict: 'approve', sha: 'c0', round: 2, note: 'good', by: 'ann', at, via: 'signal' },
    ];
    state.round = 2;
    state.history = [
      { phase: 'claim', at: '2026-01-01T00:00:00Z', note: '' },
      { phase: 'done', at: '2026-01-02T00:00:00Z', note: 'landed' },
    ];
    expect(ledgerRecord(state, 'done', run)).toMatchObject({
      version: 1,
      ...run,
      project: 'shop',
      task: 'one',
      title: 'Add the numbers',
      outcome: 'done',
      reason: null,
      rounds: 2,
      landedSha: 'c1',
      decisions: [{ verdict: 'approve', by: 'ann', at, via: 'signal' }],
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-02T00:00:00Z',
    });
  });

  it.each<[Stage, string]>([
    [{ phase: 'rejected', by: 'ann', note: 'no' }, 'ann: no'],
    [{ phase: 'cancelled', by: 'ann', note: 'later' }, 'ann: later'],
    [{ phase: 'failed', reason: 'attempts', message: 'too many', from: 'run' }, 'attempts: too many'],
  ])('says why for %j', (stage, reason) => {
    expect(ledgerRecord({ ...newTask('shop', testIssue()), stage }, 'failed', run).reason).toBe(reason);
  });
});
