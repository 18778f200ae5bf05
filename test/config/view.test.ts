import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { refOf, viewOf } from '../../src/config/view.js';
import { workflowText } from './workflow-file.js';

const full = workflowText({
  tracker: '{ kind: file, required_labels: [ready], on_reject: Rejected, provider: { path: work } }',
  agent:
    '{ kind: command, fallback: claude, max_concurrent_agents: 3, max_concurrent_agents_by_state: { Todo: 1 } }',
  command: '{ run: "agent --token hidden-command" }',
  hooks: '{ before_run: hidden-hook }',
  verify: '{ checks: [{ name: t, run: hidden-check }], max_rounds: 7 }',
  review:
    '{ human: { when: risk, who: [ann] }, max_rounds: 3, agents: [{ name: bugs, prompt: hidden-prompt, run: hidden-reviewer }] }',
  budget:
    '{ task_attempts: 2, task_turns: 3, task_tokens: 4, task_minutes: 5, day_turns: 6, project_tokens: 7, time_zone: Asia/Tokyo }',
  repository: '{ url: ., base: trunk }',
});

describe('the view for workflows', () => {
  it('has what workflows decide by', () => {
    const config = parseConfig('/srv/shop/WORKFLOW.md', full, {});
    expect(refOf(config)).toEqual({
      hash: config.hash,
      view: {
        project: 'shop',
        tracker: {
          kind: 'file',
          activeStates: ['Todo', 'In Progress'],
          terminalStates: ['Done', 'Cancelled'],
          requiredLabels: ['ready'],
          onReject: 'Rejected',
          onCancel: null,
        },
        agent: {
          kind: 'command',
          fallback: 'claude',
          auth: 'inherit',
          maxConcurrent: 3,
          maxTurns: 20,
          maxConcurrentByState: { todo: 1 },
          maxRetryBackoffMs: 300_000,
        },
        limits: { attempts: 2, turns: 3, tokens: 4, minutes: 5, rounds: 7 },
        shared: { day: { turns: 6 }, project: { tokens: 7 }, timeZone: 'Asia/Tokyo' },
        gates: {
          verify: true,
          review: { human: 'risk', who: ['ann'], agents: { names: ['bugs'], maxRounds: 3 } },
          land: { mode: 'merge', strategy: 'squash', base: 'trunk', batch: 1 },
        },
      },
    });
  });

  it('has no command, hook, prompt or path in it', () => {
    const view = JSON.stringify(viewOf(parseConfig('/srv/shop/WORKFLOW.md', full, {})));
    expect(view).not.toMatch(/hidden|Work on|srv/);
  });

  it('has no gate that the file does not have', () => {
    const { gates } = viewOf(parseConfig('/srv/shop/WORKFLOW.md', workflowText(), {}));
    expect(gates).toMatchObject({ verify: false, review: { human: 'never', who: [] } });
  });
});
