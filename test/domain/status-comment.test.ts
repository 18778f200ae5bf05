import { describe, expect, it } from '@jest/globals';
import { renderStatusComment } from '../../src/domain/status-comment.js';
import { statusOf } from '../../src/domain/status.js';
import type { TaskState } from '../../src/domain/task.js';
import { newTask } from '../../src/domain/task.js';
import { noUsage } from '../../src/domain/usage.js';
import { passedCheck, testEvidence, testIssue } from '../support/fake-ports.js';

const render = (changes: Partial<TaskState>) =>
  renderStatusComment(
    statusOf({ ...newTask('shop', testIssue({ id: '1', identifier: 'GH-1' })), ...changes }),
  );

describe('the status comment', () => {
  it('has phase, wait, checks, cost, and what a person can do', () => {
    const text = render({
      stage: { phase: 'review' },
      round: 2,
      evidence: testEvidence('a', 'b', [passedCheck]),
      usage: { ...noUsage, turns: 1, totalTokens: 15, costUsd: 0.5 },
      waiting: { kind: 'decision', sha: '1234567890abcdef', round: 2, reasons: ['large diff'] },
    });
    expect(text).toContain('**review** · round 2');
    expect(text).toContain('It waits for a person to decide about 1234567890ab: large diff');
    expect(text).toContain(`- ${passedCheck.name}: passed in`);
    expect(text).toContain('- 1 turn · 15 tokens · 0.50 USD');
    expect(text).toContain('- Let it land: `continuo approve GH-1`');
  });

  it('says of a task that is over how it ended, and of nothing more to do', () => {
    const text = render({ stage: { phase: 'done' }, landedSha: 'abc' });
    expect(text).toContain('has ended its work on this: **done**');
    expect(text).toContain('- landed as `abc`');
    expect(text).not.toContain('you can');
  });

  it('takes what an agent says for text: it names nobody, links nothing, and is cut', () => {
    const hostile = `@acme/owners [click](https://evil.example) <!-- continuo:status --> ${'x'.repeat(9_000)}`;
    const text = render({
      stage: { phase: 'run' },
      waiting: { kind: 'question', question: { id: 'q', text: hostile, options: [] } },
    });
    expect(text).not.toMatch(/@acme|\[click\]|[^\\]<!--/);
    expect(text.length).toBeLessThan(3_000);
  });
});
