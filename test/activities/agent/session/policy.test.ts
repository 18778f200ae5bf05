import { describe, expect, it } from '@jest/globals';
import type { RequestKind } from '../../../../src/activities/agent/session/backend.js';
import type { Rules } from '../../../../src/activities/agent/session/policy.js';
import { replyByRule, replyOf, ruleFor } from '../../../../src/activities/agent/session/policy.js';

const request = (kind: RequestKind, subject: string) => ({ id: '1', kind, subject, text: '', options: [] });

/** As `docs/questions.md` has them. */
const rules: Rules = [
  { kind: 'command', pattern: 'npm test*', answer: 'allow' },
  { kind: 'command', pattern: 'git push*', answer: 'deny' },
  { kind: 'edit', answer: 'allow' },
  { answer: 'ask' },
];

describe('rules for approvals', () => {
  it.each([
    ['command', 'npm test', 'allow'],
    ['command', 'npm test -- src/a b/c.ts', 'allow'],
    ['command', 'npm test; rm -rf .', 'allow'],
    ['command', 'cd a && npm test', 'ask'],
    ['command', 'git push origin main', 'deny'],
    ['tool', 'git push', 'ask'],
    ['edit', 'src/.hidden/a.ts', 'allow'],
    ['other', 'npm test', 'ask'],
  ] as const)('decide about the %s "%s": %s', (kind, subject, answer) => {
    expect(ruleFor(rules, request(kind, subject))).toBe(answer);
  });

  it('take the first that fits, and ask a person when none does', () => {
    const both: Rules = [{ answer: 'deny' }, { answer: 'allow' }];
    expect(replyByRule(both, request('command', 'ls'))?.verdict).toBe('deny');
    expect(replyByRule([], request('command', 'ls'))).toBeNull();
  });

  it('never answer a question in words', () => {
    expect(replyByRule([{ answer: 'allow' }], request('question', 'Blue?'))).toBeNull();
  });
});

describe("a person's answer", () => {
  const answer = (text: string) => ({ questionId: '1', question: '', text, by: 'ann' });

  it.each([
    ['yes', 'allow'],
    [' OK, once', 'allow'],
    ['Approve', 'allow'],
    ['no', 'deny'],
    ['yesterday it was fine', 'deny'],
    ['do not allow it', 'deny'],
  ])('to an approval, "%s", means %s', (text, verdict) => {
    expect(replyOf(request('command', 'ls'), answer(text)).verdict).toBe(verdict);
  });

  it('to a question is taken in words', () => {
    expect(replyOf(request('question', ''), answer('yes'))).toEqual({ verdict: 'words', text: 'yes' });
  });
});
