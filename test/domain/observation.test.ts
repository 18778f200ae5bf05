import { describe, expect, it } from '@jest/globals';
import type { Issue } from '../../src/domain/issue.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import type { Observation, Sighting } from '../../src/domain/observation.js';
import { compareWithKnown, refreshable } from '../../src/domain/observation.js';
import type { Known, KnownTask, Settled } from '../../src/domain/project.js';
import { isQuiet } from '../../src/domain/project.js';
import { testConfig, testIssue } from '../support/fake-ports.js';

const config = testConfig({ maxConcurrent: 2 });

function issue(id: string, changes: Partial<Issue> = {}): Issue {
  return testIssue({ id, identifier: id, ...changes });
}

function seen(id: string, changes: Partial<Issue> = {}, fingerprint = `print-${id}`): Sighting {
  return { issue: issue(id, changes), fingerprint };
}

function known(changes: Partial<Known> = {}): Known {
  return { configHash: 'hash', tasks: {}, settled: {}, dispatching: true, problems: [], ...changes };
}

function task(id: string, changes: Partial<KnownTask> = {}): KnownTask {
  return {
    issue: summarizeIssue(issue(id)),
    slot: 'held',
    fingerprint: `print-${id}`,
    observed: null,
    ...changes,
  };
}

function observation(changes: Partial<Observation> = {}): Observation {
  return {
    config,
    dispatching: true,
    active: [],
    refreshed: [],
    malformed: [],
    problems: [],
    closed: [],
    ...changes,
  };
}

describe('reconciliation (SPEC 8.5)', () => {
  const changesOf = (sighting: Sighting | null, tracked: Partial<KnownTask> = {}) =>
    compareWithKnown(
      known({ tasks: { a: task('a', tracked) } }),
      observation({ refreshed: sighting === null ? [] : [sighting] }),
    ).changes;

  it('says nothing of an issue that stayed as it was', () => {
    expect(changesOf(seen('a'))).toEqual([]);
  });

  it.each<[string, Partial<Issue>, object]>([
    ['terminal (REC-03)', { state: ' done ' }, { kind: 'terminal', state: ' done ' }],
    [
      'terminal although it is unroutable, too (REC-04)',
      { state: 'Done', dispatchable: false },
      { kind: 'terminal', state: 'Done' },
    ],
    ['ineligible for its state (REC-03)', { state: 'Backlog' }, { kind: 'ineligible', state: 'Backlog' }],
    ['ineligible for a blocker (REC-03)', { dispatchable: false }, { kind: 'ineligible', state: 'Todo' }],
  ])('finds an issue %s', (_case, changes, expected) => {
    expect(changesOf(seen('a', changes))).toEqual([{ id: 'a', fingerprint: 'print-a', ...expected }]);
  });

  it('leaves a task as it is whose record is malformed, and finds another one missing', () => {
    const { changes } = compareWithKnown(
      known({ tasks: { a: task('a'), b: task('b') } }),
      observation({ malformed: ['a'] }),
    );
    expect(changes).toMatchObject([{ id: 'b', kind: 'missing' }]);
  });

  it('finds an issue missing (REC-05)', () => {
    expect(changesOf(null)).toEqual([{ id: 'a', kind: 'missing', fingerprint: null }]);
  });

  it('tells of an edit, by the summary or by the fingerprint alone', () => {
    expect(changesOf(seen('a', { priority: 1 }))).toMatchObject([
      { kind: 'updated', issue: { priority: 1 } },
    ]);
    expect(changesOf(seen('a', {}, 'other'))).toMatchObject([{ kind: 'updated', fingerprint: 'other' }]);
    expect(changesOf(seen('a'), { fingerprint: null })).toMatchObject([
      { kind: 'updated', fingerprint: 'print-a' },
    ]);
  });

  it('tells everything once, and tells it when it is over', () => {
    expect(changesOf(seen('a', { state: 'Done' }), { observed: 'terminal' })).toEqual([]);
    expect(changesOf(seen('a', { state: 'Backlog' }), { observed: 'ineligible' })).toEqual([]);
    expect(changesOf(null, { observed: 'missing' })).toEqual([]);
    expect(changesOf(seen('a'), { observed: 'missing' })).toMatchObject([{ kind: 'updated' }]);
    expect(changesOf(seen('a', { state: 'Done' }), { observed: 'ineligible' })).toMatchObject([
      { kind: 'terminal' },
    ]);
  });

  it('never asks the tracker about a prompt', () => {
    const prompt = task('p', { issue: summarizeIssue(issue('p', { source: 'prompt' })) });
    const state = known({ tasks: { a: task('a'), p: prompt } });
    expect(refreshable(state)).toEqual(['a']);
    expect(compareWithKnown(state, observation({ refreshed: [seen('a')] })).changes).toEqual([]);
  });

  it('asks about nothing while nothing is alive (REC-07)', () => {
    expect(refreshable(known())).toEqual([]);
  });

  it('goes on while the workflow file is broken (ORC-07, REL-09)', () => {
    const poll = compareWithKnown(
      known({ tasks: { a: task('a') } }),
      observation({ dispatching: false, refreshed: [seen('a', { state: 'Done' })], active: [seen('b')] }),
    );
    expect([poll.changes.map(({ kind }) => kind), poll.candidates]).toEqual([['terminal'], []]);
  });

  it('changes nothing when the tracker cannot be read (REC-06)', () => {
    const state = known({ tasks: { a: task('a') }, settled: { b: { outcome: 'done', fingerprint: 'x' } } });
    expect(isQuiet(compareWithKnown(state, observation({ refreshed: null, active: null })))).toBe(true);
  });
});

describe('candidates (SPEC 8.2)', () => {
  const candidatesOf = (state: Known, active: Sighting[], more: Partial<Observation> = {}) => {
    const refreshed = Object.values(state.tasks).map((each) => seen(each.issue.id));
    const poll = compareWithKnown(state, observation({ active, refreshed, ...more }));
    return poll.candidates.map((candidate) => candidate.issue.id);
  };
  const three = [seen('c', { priority: 3 }), seen('a', { priority: 1 }), seen('b', { priority: 2 })];

  it('are as many as there are slots, in order, with their fingerprints', () => {
    expect(candidatesOf(known(), three)).toEqual(['a', 'b']);
    expect(candidatesOf(known({ tasks: { a: task('a') } }), three)).toEqual(['b']);
    const poll = compareWithKnown(known(), observation({ active: [seen('a')] }));
    expect(poll.candidates).toEqual([{ issue: summarizeIssue(issue('a')), fingerprint: 'print-a' }]);
  });

  it('are only eligible issues (DSP-01)', () => {
    const active = [seen('a', { dispatchable: false }), seen('b', { state: 'Backlog' }), seen('c')];
    expect(candidatesOf(known(), active)).toEqual(['c']);
  });

  it('are none while the project is paused or its workflow file is broken (REL-09)', () => {
    expect(candidatesOf(known({ dispatching: false }), three)).toEqual([]);
    expect(candidatesOf(known(), three, { dispatching: false })).toEqual([]);
  });

  it('go by the new configuration as soon as it is there (CFG-16, REL-03)', () => {
    const changed = { ...testConfig({ maxConcurrent: 3 }), hash: 'new' };
    const poll = compareWithKnown(known(), observation({ active: three, config: changed }));
    expect([poll.config, poll.candidates.length]).toEqual([changed, 3]);
  });
});

describe('settled issues', () => {
  const unsettled = (settled: Settled, active: Sighting[]) =>
    compareWithKnown(known({ settled: { a: settled } }), observation({ active })).unsettled;

  it('stay settled while the tracker lags behind', () => {
    expect(unsettled({ outcome: 'done', fingerprint: 'print-a' }, [seen('a')])).toEqual([]);
  });

  it('may start again when they were seen non-active, or not routable', () => {
    expect(unsettled({ outcome: 'done', fingerprint: 'print-a' }, [])).toEqual(['a']);
    expect(
      unsettled({ outcome: 'cancelled', fingerprint: 'print-a' }, [seen('a', { dispatchable: false })]),
    ).toEqual(['a']);
  });

  it('may start again when they were edited', () => {
    expect(unsettled({ outcome: 'failed', fingerprint: 'print-a' }, [seen('a', {}, 'edited')])).toEqual([
      'a',
    ]);
  });

  it('do not start again merely because their fingerprint is not known', () => {
    expect(unsettled({ outcome: 'failed', fingerprint: null }, [seen('a')])).toEqual([]);
  });

  it('are no candidates before the project has let them go', () => {
    const state = known({ settled: { a: { outcome: 'done', fingerprint: 'old' } } });
    const poll = compareWithKnown(state, observation({ active: [seen('a')] }));
    expect([poll.unsettled, poll.candidates]).toEqual([['a'], []]);
  });
});

describe('problems', () => {
  const problem = { where: 'tasks/a.md', message: 'broken' };
  it('are told when the list differs, and told when it is empty again', () => {
    expect(compareWithKnown(known(), observation({ problems: [problem] })).problems).toEqual([problem]);
    expect(
      compareWithKnown(known({ problems: [problem] }), observation({ problems: [problem] })).problems,
    ).toBeNull();
    expect(compareWithKnown(known({ problems: [problem] }), observation()).problems).toEqual([]);
    const other = { ...problem, message: 'broken otherwise' };
    expect(
      compareWithKnown(known({ problems: [problem] }), observation({ problems: [other] })).problems,
    ).toEqual([other]);
  });
});
