import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { renderStatus } from '../../src/client/status-page.js';
import { statusOf } from '../../src/domain/status.js';
import { newTask } from '../../src/domain/task.js';
import { testIssue } from '../support/fake-ports.js';

const page = (...changes: Parameters<typeof testIssue>) =>
  renderStatus(statusOf(newTask('shop', testIssue(...changes))), null, pc.createColors(false));

describe('the status page', () => {
  it('shows what bounds the work, a line for each criterion', () => {
    const lines = page({ scope: ['src/**', 'docs/**'], acceptance: ['it works\nalways', 'it is fast'] });
    expect(lines).toContain('scope     src/**, docs/**');
    const at = lines.indexOf('Must hold when it is done');
    expect(lines.slice(at + 1, at + 3)).toEqual(['  it works always', '  it is fast']);
  });

  it('does not speak of bounds where there are none', () => {
    expect(page().join('\n')).not.toMatch(/scope|Must hold/);
  });
});
