import { describe, expect, it } from '@jest/globals';
import { changeBody, shownFindings, threadAnswers } from '../../src/domain/change-text.js';
import type { Finding } from '../../src/domain/finding.js';
import { statusOf } from '../../src/domain/status.js';
import { newTask } from '../../src/domain/task.js';
import { passedCheck, testEvidence, testIssue, testSha } from '../support/fake-ports.js';

const finding: Finding = {
  id: 'f1',
  severity: 'blocking',
  file: 'a.ts',
  line: 3,
  claim: 'It calls @everyone',
  evidence: '',
  suggestion: null,
  doubt: null,
  sources: ['bugs'],
  sha: testSha(1),
  round: 1,
  resolution: { kind: 'fixed', sha: testSha(2) },
};

function body(said: string, findings: Finding[] = []): string {
  const state = newTask('shop', testIssue({ title: 'Add <b>numbers</b>', acceptance: ['1 + 1 is 2'] }));
  Object.assign(state, {
    headSha: testSha(1),
    evidence: testEvidence(testSha(1), 'base', [passedCheck]),
    findings,
  });
  return changeBody(statusOf(state), { url: 'https://github.example/acme/shop/issues/1', said });
}

describe('what a change says of itself', () => {
  it('is what was done and why, the evidence for the commit, what reviewers found, and how to try it', () => {
    const text = body('Added them', [finding]);
    expect(text).toContain('## What\n\n- Added them');
    expect(text).toContain('https://github.example/acme/shop/issues/1');
    expect(text).toContain('- 1 + 1 is 2');
    expect(text).toContain(`Checks at \`${testSha(1)}\``);
    expect(text).toContain('| test | passed |  | 1.2 s |');
    expect(text).toContain(`fixed by \`${testSha(2).slice(0, 12)}\``);
    expect(text).toContain(`git fetch origin ${testSha(1)}`);
  });

  it('takes what agents and issues say for text', () => {
    const text = body('![x](http://x) @ann <script>', [finding]);
    expect(text).not.toContain('![x](');
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<b>');
    expect(text).not.toMatch(/@(ann|everyone)/);
  });

  it('has findings for their lines, and what became of them', () => {
    const open: Finding = { ...finding, id: 'f2', resolution: { kind: 'open', refuted: null } };
    const [fixed, still] = shownFindings([finding, open]);
    expect(fixed).toMatchObject({
      file: 'a.ts',
      line: 3,
      outcome: `fixed by \`${testSha(2).slice(0, 12)}\``,
    });
    expect(still?.outcome).toBeNull();
    expect(still?.text).toContain('**blocking**, by bugs');
  });

  it('answers each thread by a change, a reason, or that nothing has changed', () => {
    const told = { id: 'T', by: 'ann', file: null, line: null, text: 'x', sha: testSha(1), refuted: null };
    const change = {
      ...{
        number: 1,
        url: '',
        branch: '',
        sha: testSha(1),
        seen: null,
        earlier: [],
        rerun: null,
        queued: null,
      },
      told: [
        { ...told, key: 'a' },
        { ...told, key: 'b', refuted: 'It holds, @ann' },
      ],
      answered: [],
    };
    const [a, b] = threadAnswers(change, testSha(2));
    expect(a?.text).toContain(`Changed in ${testSha(2)}`);
    expect(b?.text).toContain('It holds');
    expect(b?.text).not.toContain('@ann');
    expect(threadAnswers(change, testSha(1))[0]?.text).toContain('changed nothing');
  });
});
