import { describe, expect, it } from '@jest/globals';
import { statusOf } from '../../src/domain/status.js';
import type { TaskState } from '../../src/domain/task.js';
import type { Waiting } from '../../src/domain/waiting.js';
import { newTask } from '../../src/domain/task.js';
import { testIssue } from '../support/fake-ports.js';

const at = '2026-01-01T00:00:00.000Z';

function waitingTask(waiting: Waiting | null, changes: Partial<TaskState> = {}): TaskState {
  return { ...newTask('shop', testIssue()), waiting, waitBegan: { kind: 'slot', at }, ...changes };
}

describe('the status of a task', () => {
  it.each<{ waiting: Waiting; sentence: string }>([
    {
      waiting: { kind: 'slot', since: at },
      sentence: 'a free slot: all are taken, or nothing is up to give one',
    },
    {
      waiting: { kind: 'backoff', until: at, error: 'crashed' },
      sentence: `the next try at ${at}, after: crashed`,
    },
    {
      waiting: { kind: 'question', question: { id: 'q', text: 'Blue or green?', options: [] } },
      sentence: 'somebody to answer its agent: Blue or green?',
    },
    {
      waiting: {
        kind: 'decision',
        sha: '1234567890abcdef',
        round: 1,
        reasons: ['large diff', 'deleted test'],
      },
      sentence: 'a person to decide about 1234567890ab: large diff; deleted test',
    },
    { waiting: { kind: 'landing', since: at }, sentence: 'its turn to land' },
    {
      waiting: { kind: 'base', message: 'a.ts is in the way', until: at },
      sentence: `the base, tried again at ${at}: a.ts is in the way`,
    },
    {
      waiting: { kind: 'paused', by: 'ann', since: at },
      sentence: 'somebody to resume it: ann has paused it',
    },
    {
      waiting: { kind: 'budget', of: 'usd', spent: 10.5, limit: 10 },
      sentence: 'somebody to raise its budget: 10.50 of 10.00 USD are spent',
    },
    { waiting: { kind: 'taken', by: 'ann', since: at, problem: null }, sentence: 'ann to hand it back' },
  ])('says in a sentence why it waits: $waiting.kind', ({ waiting, sentence }) => {
    const status = statusOf(waitingTask(waiting));
    expect([status.waitingFor, status.waitsSince]).toEqual([sentence, at]);
  });

  it('says why a failed task failed, and until when it can be retried', () => {
    const failed = {
      phase: 'failed',
      reason: 'attempts',
      message: '3 attempts failed',
      from: 'run',
    } as const;
    const status = statusOf(waitingTask({ kind: 'retry', until: at }, { stage: failed }));
    expect(status.waitingFor).toBe(
      `somebody to retry it before it is closed at ${at}, after: 3 attempts failed`,
    );
  });

  it('has what bounds the work', () => {
    const issue = testIssue({ scope: ['src/**'], acceptance: ['it works'] });
    expect(statusOf(newTask('shop', issue))).toMatchObject({ scope: ['src/**'], acceptance: ['it works'] });
  });

  it('has no wait while it works', () => {
    const status = statusOf(waitingTask(null));
    expect([status.waitingFor, status.waitsSince]).toEqual([null, null]);
  });
});
