import { describe, expect, it } from '@jest/globals';
import type { Decision } from '../../src/domain/decision.js';
import { approves, objection, recordDecision, refuseDecision } from '../../src/domain/decision.js';
import { keepCheckpoint, findCheckpoint } from '../../src/domain/rewind.js';
import type { PhaseCheckpoint } from '../../src/domain/rewind.js';
import { reviewReasons } from '../../src/domain/review.js';

const pending = { sha: 'abc', round: 2 };
const at = '2026-01-01T00:00:00.000Z';
const made = (changes: Partial<Decision> = {}): Decision => ({
  ...{ verdict: 'approve', by: 'ann', note: '', at, via: 'update' },
  ...pending,
  ...changes,
});

describe('a decision', () => {
  it.each([
    ['approve', 'approve', 'ann has approved it already'],
    ['approve', 'request_changes', null],
    ['approve', 'reject', null],
    ['request_changes', 'approve', 'ann has requested changes already'],
    ['request_changes', 'reject', 'ann has requested changes already'],
    ['reject', 'approve', 'ann has rejected it already'],
    ['reject', 'reject', 'ann has rejected it already'],
  ] as const)('after %s by somebody else: %s is %s', (first, verdict, reason) => {
    const refused = refuseDecision({ ...pending, verdict, by: 'bob' }, pending, made({ verdict: first }), []);
    expect(refused).toEqual(reason === null ? null : `${reason}, at ${at}`);
  });

  it('about an earlier round hinders nobody', () => {
    const before = made({ verdict: 'request_changes', round: 1 });
    expect(
      refuseDecision({ ...pending, verdict: 'approve', by: 'bob' }, pending, before, ['bob']),
    ).toBeNull();
  });

  it('covers and objects to exactly its commit and round', () => {
    expect(approves(made(), pending)).toBe(true);
    expect(approves(made({ round: 1 }), pending)).toBe(false);
    expect(approves(made({ sha: 'abd' }), pending)).toBe(false);
    const reject = made({ verdict: 'reject' });
    expect(objection(reject, pending)).toBe(reject);
    expect(objection({ ...reject, round: 1 }, pending)).toBeNull();
    expect(objection(made(), pending)).toBeNull();
  });

  it('is kept in a record that stays small', () => {
    const record: Decision[] = [];
    for (let round = 1; round <= 60; round += 1)
      recordDecision(record, made({ round, note: 'x'.repeat(20_000) }));
    expect([record.length, record[0]?.round, record.at(-1)?.round]).toEqual([50, 11, 60]);
    expect(record[0]?.note).toHaveLength(2_000);
  });
});

describe('the checkpoints of a task', () => {
  const reached = (phase: PhaseCheckpoint['phase'], round: number, sha: string): PhaseCheckpoint => ({
    ...{ phase, round, sha, at, session: null },
  });

  it('have each phase once in a round, as it was first', () => {
    const kept: PhaseCheckpoint[] = [];
    for (const sha of ['a', 'b']) keepCheckpoint(kept, reached('run', 1, sha));
    keepCheckpoint(kept, reached('run', 2, 'c'));
    expect(kept.map(({ sha }) => sha)).toEqual(['a', 'c']);
    expect(findCheckpoint(kept, 'run', null)?.sha).toBe('c');
    expect(findCheckpoint(kept, 'run', 1)?.sha).toBe('a');
    expect(findCheckpoint(kept, 'review', null)).toBeNull();
  });

  it('are the newest sixty', () => {
    const kept: PhaseCheckpoint[] = [];
    for (let round = 1; round <= 100; round += 1) keepCheckpoint(kept, reached('run', round, 'a'));
    expect([kept.length, kept[0]?.round]).toEqual([60, 41]);
  });
});

describe('the reasons for a person to decide', () => {
  const risks = [
    { kind: 'protected_path' as const, detail: 'WORKFLOW.md' },
    { kind: 'new_dependency' as const, detail: 'b in package.json' },
  ];
  it.each([
    ['never', ['protected path (WORKFLOW.md)'], []],
    ['risk', ['protected path (WORKFLOW.md)', 'new dependency (b in package.json)'], []],
    [
      'always',
      [
        'every change is decided by a person',
        'protected path (WORKFLOW.md)',
        'new dependency (b in package.json)',
      ],
      ['every change is decided by a person'],
    ],
  ] as const)('are, for %s, what the change shows', (gate, withRisks, without) => {
    expect(reviewReasons(gate, risks)).toEqual(withRisks);
    expect(reviewReasons(gate, [])).toEqual(without);
  });
});
