import { describe, expect, it } from '@jest/globals';
import { newProject, slotsToGrant } from '../../src/domain/project.js';
import { summarizeIssue } from '../../src/domain/issue.js';
import { noUsage } from '../../src/domain/usage.js';
import { testConfig, testIssue } from '../support/fake-ports.js';

describe('the slots of a project whose workflow file cannot be used', () => {
  it('go to tasks that have begun, and to no new one (WF-12)', () => {
    const state = newProject('test', testConfig(), 'host');
    const task = (id: string, turns: number) => ({
      issue: summarizeIssue(testIssue({ id, identifier: id })),
      slot: 'asked' as const,
      counted: { ...noUsage, turns },
    });
    state.tasks = { begun: task('begun', 2), fresh: task('fresh', 0) };
    expect(slotsToGrant(state)).toEqual([
      { id: 'begun', host: 'host' },
      { id: 'fresh', host: 'host' },
    ]);
    state.problems = [{ where: 'tasks/a.md', message: 'broken' }];
    expect(slotsToGrant(state)).toEqual([
      { id: 'begun', host: 'host' },
      { id: 'fresh', host: 'host' },
    ]);
    state.problems = [{ where: 'WORKFLOW.md', message: 'broken', stops: true }];
    expect(slotsToGrant(state)).toEqual([{ id: 'begun', host: 'host' }]);
  });
});
