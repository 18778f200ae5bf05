import { describe, expect, it } from '@jest/globals';
import { agentOf } from '../../../src/activities/login/known-agents.js';

describe('the agent of a command', () => {
  it.each([
    ['claude -p --output-format json', 'claude'],
    ['/opt/tools/codex exec -', 'codex'],
    [`  A=1 B="two words" C='x' D=$HOME/y gemini`, 'gemini'],
    ['opencode|tee log', 'opencode'],
  ])('is found for `%s`', (command, agent) => {
    expect(agentOf(command)).toBe(agent);
  });

  it.each(['claude-like -p', 'echo claude', 'A=/bin/claude', 'claude/other', 'constructor', ''])(
    'is none that is known: `%s`',
    (command) => {
      expect(agentOf(command)).toBeNull();
    },
  );
});
