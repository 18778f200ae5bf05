import { describe, expect, it } from '@jest/globals';
import { logFieldsOf, shortReason } from '../../src/workflows/log-fields.js';

const issue = { task: 'A-1', issue_identifier: 'A-1', issue_id: 'id-1', project: 'shop' };

describe('logFieldsOf', () => {
  it.each([
    ['a task', { project: 'shop', issue: { id: 'id-1', identifier: 'A-1', title: 'secret' } }],
    ['an activity of a task', { project: 'shop', issueId: 'id-1', identifier: 'A-1', message: 'secret' }],
    ['a landing', { entry: { project: 'shop', issueId: 'id-1', identifier: 'A-1', title: 'secret' } }],
  ])('finds the issue in the input of %s, and takes nothing else', (_what, input) => {
    expect(logFieldsOf(input)).toEqual(issue);
  });

  it('names the session where thread and turn are known (ISS-13)', () => {
    expect(logFieldsOf({ session: 'thread', turn: 3 })).toEqual({ session_id: 'thread-3' });
    expect(logFieldsOf({ session: null, turn: 1 })).toEqual({});
    expect(logFieldsOf({ session: 'thread' })).toEqual({});
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    [],
    { project: 7, issue: 'text', entry: null, session: {}, turn: 'x' },
  ])('finds nothing in %j', (input) => {
    expect(logFieldsOf(input)).toEqual({});
  });
});

describe('shortReason', () => {
  it('is the first line: what follows may be the output of a program', () => {
    expect(shortReason('it ended with 3; its last words:\nthe key is …')).toBe(
      'it ended with 3; its last words:',
    );
    expect(shortReason('x'.repeat(1_000))).toHaveLength(300);
    expect(shortReason('')).toBe('');
  });
});
