import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/domain/finding.js';
import {
  acceptFindings,
  countFindings,
  dropFindings,
  findingsBefore,
  findingsOpenAt,
  isDisputed,
  openFindings,
  refuteFindings,
  reopenAccepted,
  settleFindings,
  takeReview,
  upholdFindings,
} from '../../src/domain/findings.js';
import { earlierFindings, findingsToTell } from '../../src/domain/told-findings.js';
import { raised } from '../support/findings.js';

const first = { sha: 'a', round: 1 };
const second = { sha: 'b', round: 2 };
const found = (...remarks: ReturnType<typeof raised>[]) => takeReview([], 'bugs', remarks, first);
const kinds = (findings: Finding[]) => findings.map(({ resolution }) => resolution.kind);

describe('takeReview', () => {
  it('merges what two reviewers say of the same lines, with both as sources and the higher severity', () => {
    const one = found(raised({ severity: 'warning' }));
    const other = raised({ id: 'f2', line: 6, claim: 'the sum leaves out the LAST number!' });
    expect(takeReview(one, 'style', [other], first)).toMatchObject([
      { id: 'f1', severity: 'blocking', sources: ['bugs', 'style'] },
    ]);
  });

  it('keeps apart what is said of other lines, of another file, or in other words', () => {
    const others = [
      raised({ id: 'f2', line: 40 }),
      raised({ id: 'f3', file: 'src/other.ts' }),
      raised({ id: 'f4', claim: 'Nothing tests this' }),
    ];
    expect(takeReview(found(raised()), 'style', others, first).map(({ id }) => id)).toEqual([
      'f1',
      'f2',
      'f3',
      'f4',
    ]);
  });

  it('knows an earlier finding again wherever its lines are now, and keeps its id', () => {
    const again = raised({ id: 'f9', line: 80, claim: 'The sum leaves out the last number, still' });
    expect(takeReview(found(raised()), 'bugs', [again], second)).toMatchObject([
      { id: 'f1', line: 80, sha: 'b', round: 2, resolution: { kind: 'open', refuted: null } },
    ]);
  });

  it('opens what was denied and is raised again, with the reason against it', () => {
    const denied = refuteFindings(found(raised()), [{ id: 'f1', reason: 'It is there.' }]);
    const [finding] = takeReview(denied, 'bugs', [raised()], second);
    expect(finding?.resolution).toEqual({ kind: 'open', refuted: 'It is there.' });
  });

  it('forgets the oldest that are over, and nothing that is open', () => {
    const many = Array.from({ length: 110 }, (_, at) => raised({ id: `n${at}`, claim: `claim${at}` }));
    const over = acceptFindings(found(...many), 'ann', 'now');
    expect(over).toHaveLength(110);
    const kept = takeReview(over, 'bugs', [raised({ id: 'new', claim: 'something else' })], second);
    expect(kept).toHaveLength(100);
    expect(kept.at(-1)?.id).toBe('new');
    expect(found(...many)).toHaveLength(110);
  });
});

describe('settleFindings', () => {
  it('counts as fixed what is not raised again on another commit', () => {
    const settled = settleFindings(found(raised()), ['bugs'], second);
    expect(settled[0]?.resolution).toEqual({ kind: 'fixed', sha: 'b' });
  });

  it('fixes nothing on the same commit, or while one who raised it has not answered', () => {
    const findings = found(raised());
    expect(kinds(settleFindings(findings, ['bugs'], { sha: 'a', round: 2 }))).toEqual(['open']);
    expect(kinds(settleFindings(findings, ['style'], second))).toEqual(['open']);
  });

  it('leaves what was denied, and what this round has found', () => {
    const denied = refuteFindings(found(raised()), [{ id: 'f1', reason: 'no' }]);
    expect(kinds(settleFindings(denied, ['bugs'], second))).toEqual(['refuted']);
    const raisedNow = takeReview([], 'bugs', [raised()], second);
    expect(kinds(settleFindings(raisedNow, ['bugs'], second))).toEqual(['open']);
  });
});

it('denies only what is open, by its id and with a reason', () => {
  const findings = acceptFindings(found(raised()), 'ann', 'now');
  expect(kinds(refuteFindings(findings, [{ id: 'f1', reason: 'no' }]))).toEqual(['accepted']);
  expect(kinds(refuteFindings(found(raised()), [{ id: 'f1', reason: '  ' }]))).toEqual(['open']);
  expect(kinds(refuteFindings(found(raised()), [{ id: 'f2', reason: 'no' }]))).toEqual(['open']);
});

it('drops what was said against an open finding when a person asks for changes', () => {
  const denied = refuteFindings(found(raised()), [{ id: 'f1', reason: 'no' }]);
  const disputed = takeReview(denied, 'bugs', [raised()], second);
  expect(disputed.map(isDisputed)).toEqual([true]);
  expect(upholdFindings(disputed).map(isDisputed)).toEqual([false]);
  expect(kinds(upholdFindings(denied))).toEqual(['refuted']);
});

it('counts findings, and lists the open ones by how severe they are', () => {
  const findings = found(
    raised({ id: 'f1', claim: 'one', severity: 'note' }),
    raised({ id: 'f2', claim: 'two' }),
    raised({ id: 'f3', claim: 'three' }),
  );
  const some = refuteFindings(findings, [{ id: 'f3', reason: 'no' }]);
  expect(countFindings(some)).toBe('1 blocking open, 1 note open, 1 refuted');
  expect(openFindings(some).map(({ id }) => id)).toEqual(['f2', 'f1']);
});

describe('findings of an approval that was taken back', () => {
  it('are open again, and no others', () => {
    const other = raised({ id: 'f2', line: 90, claim: 'Another thing' });
    const accepted = acceptFindings(found(raised()), 'ann', '2026-01-01T00:00:00.000Z');
    const earlier = acceptFindings(found(other), 'bob', '2025-01-01T00:00:00.000Z');
    const all = reopenAccepted([...accepted, ...earlier], ['2026-01-01T00:00:00.000Z']);
    expect(kinds(all)).toEqual(['open', 'accepted']);
  });
});

describe('findingsBefore', () => {
  it('keeps what was known then, and takes nothing for fixed that was fixed later', () => {
    const known = takeReview(
      found(raised()),
      'bugs',
      [raised({ id: 'f2', line: 90, claim: 'New here' })],
      second,
    );
    const fixed = settleFindings(known, ['bugs'], second);
    const ids = (phase: string, round: number) => findingsBefore(fixed, { phase, round }).map(({ id }) => id);
    expect(kinds(fixed)).toEqual(['fixed', 'open']);
    expect(findingsBefore(fixed, { phase: 'run', round: 2 })).toMatchObject([
      { id: 'f1', resolution: { kind: 'open' } },
    ]);
    expect(ids('review', 2)).toEqual(['f1', 'f2']);
    expect(ids('review', 1)).toEqual(['f1']);
    expect(ids('verify', 1)).toEqual([]);
  });
});

it('drops what only reviewers have raised that are gone, also where the agent denies it, and counts it', () => {
  const both = takeReview(found(raised(), raised({ id: 'f2', file: 'b.ts' })), 'style', [raised()], first);
  const denied = refuteFindings(both, [{ id: 'f2', reason: 'It is right.' }]);
  expect(dropFindings(denied, [])).toEqual(denied);
  expect(kinds(dropFindings(denied, ['bugs']))).toEqual(['open', 'dropped']);
  const dropped = dropFindings(denied, ['bugs', 'style']);
  expect(dropped[0]?.resolution).toEqual({
    kind: 'dropped',
    reason: 'nobody reviews it any more: bugs, style are not in the configuration',
  });
  expect(countFindings(dropped)).toBe('2 dropped');
  const over = acceptFindings(both, 'ann', 'now');
  expect(dropFindings(over, ['bugs', 'style'])).toEqual(over);
  // A reviewer of a new name knows it again.
  expect(kinds(takeReview(dropped, 'errors', [raised()], second))).toEqual(['open', 'dropped']);
});

it('knows what was open at an earlier moment, and that what was fixed before was not', () => {
  const fixed = settleFindings(found(raised()), ['bugs'], second);
  expect(kinds(findingsOpenAt(fixed, { phase: 'run', round: 2 }))).toEqual(['open']);
  expect(findingsOpenAt(fixed, { phase: 'run', round: 3 })).toEqual([]);
  expect(findingsOpenAt(fixed, { phase: 'run', round: 1 })).toEqual([]);
});

it('tells reviewers and the agent what they need of findings, the open and newest first, within 64 KB', () => {
  const old = acceptFindings(found(raised({ id: 'old' })), 'ann', 'now');
  const newer = takeReview(old, 'bugs', [raised({ id: 'over', file: 'b.ts' })], second);
  const over = acceptFindings(newer, 'ann', 'now');
  const open = takeReview(over, 'bugs', [raised({ id: 'open', file: 'c.ts' })], { sha: 'c', round: 3 });
  const earlier = earlierFindings(open);
  expect(earlier.map(({ id }) => id)).toEqual(['open', 'over', 'old']);
  expect(Object.keys(earlier[0] ?? {})).not.toContain('evidence');
  expect(findingsToTell(open)).toEqual([
    {
      ...raised({ id: 'open', file: 'c.ts' }),
      doubt: undefined,
      resolution: { kind: 'open', refuted: null },
    },
  ]);

  const long = (id: string) =>
    raised({ id, file: id, claim: 'x'.repeat(3_000), evidence: 'y'.repeat(3_000) });
  const many = found(...Array.from({ length: 30 }, (_, at) => long(`n${at}`)));
  expect(earlierFindings(many)).toHaveLength(20);
  expect(findingsToTell(many)).toHaveLength(10);
});
