import { describe, expect, it } from '@jest/globals';
import { refuteFindings, takeReview } from '../../src/domain/findings.js';
import { findingReasons, reviewersToAsk } from '../../src/domain/review.js';
import { renderDetails } from '../../src/domain/details.js';
import { statusOf } from '../../src/domain/status.js';
import { newTask } from '../../src/domain/task.js';
import { testConfig, testIssue } from '../support/fake-ports.js';
import { raised } from '../support/findings.js';

const state = () => ({
  ...newTask('shop', testIssue()),
  headSha: 'a',
  config: testConfig({ agents: ['bugs'] }),
});
const review = { reviewer: 'bugs', sha: 'a', round: 1, problem: null };

describe('reviewersToAsk', () => {
  it('is everybody who has not looked at this commit in this round', () => {
    expect(reviewersToAsk(state())).toEqual(['bugs']);
    expect(reviewersToAsk({ ...state(), reviews: [review] })).toEqual([]);
    expect(reviewersToAsk({ ...state(), reviews: [{ ...review, sha: 'b' }] })).toEqual(['bugs']);
    expect(reviewersToAsk({ ...state(), reviews: [{ ...review, round: 2 }] })).toEqual(['bugs']);
  });

  it('is nobody where an earlier version has recorded the configuration', () => {
    expect(reviewersToAsk({ ...state(), config: testConfig() })).toEqual([]);
  });
});

it('names the first ten findings that block, and how many more there are', () => {
  const remarks = Array.from({ length: 12 }, (_, at) => raised({ id: `f${at}`, claim: `claim${at}` }));
  const findings = takeReview([], 'bugs', remarks, { sha: 'a', round: 1 });
  const reasons = findingReasons({ ...state(), findings });
  expect(reasons).toHaveLength(11);
  expect(reasons.at(-1)).toBe('2 more blocking findings');
});

it('shows counts and reviews that failed in the Temporal UI, without markup of others', () => {
  const findings = takeReview([], 'bugs', [raised()], { sha: 'a', round: 1 });
  const reviews = [{ ...review, problem: '![x](http://evil)' }];
  const details = renderDetails(statusOf({ ...state(), findings, reviews }));
  expect(details).toContain('Findings: 1 blocking open');
  expect(details).toContain('No usable review by bugs: \\!\\[x\\]');
});

it('leaves to a person what only the agent denies, until everybody who raised it has looked again', () => {
  const place = { sha: 'a', round: 1 };
  const findings = refuteFindings(takeReview([], 'bugs', [raised()], place), [{ id: 'f1', reason: 'No.' }]);
  const later = { ...state(), headSha: 'b', round: 2, findings };
  const failed = { reviewer: 'bugs', sha: 'b', round: 2, problem: 'it timed out' };
  expect(findingReasons({ ...later, reviews: [failed] })).toEqual([
    expect.stringContaining('gave no usable review'),
    expect.stringContaining('its reviewer has not looked again: No.'),
  ]);
  expect(findingReasons({ ...later, reviews: [{ ...failed, problem: null }] })).toEqual([]);
});

it('waits for no reviewer that is gone', () => {
  const place = { sha: 'a', round: 1 };
  const bugs = takeReview([], 'bugs', [raised()], place);
  const findings = refuteFindings(takeReview(bugs, 'gone', [raised()], place), [{ id: 'f1', reason: 'No.' }]);
  const later = { ...state(), headSha: 'b', round: 2, findings };
  expect(findingReasons({ ...later, reviews: [{ ...review, sha: 'b', round: 2 }] })).toEqual([]);
});
