import { describe, expect, it } from '@jest/globals';
import { loginsOf } from '../../../../src/activities/keeper/containment/logins.js';

describe('the login of an agent', () => {
  it.each([
    ['claude -p --output-format json', ['/home/ann/.claude', '/home/ann/.claude.json']],
    ['/opt/tools/codex exec -', ['/home/ann/.codex']],
    [`  A=1 B="two words" C='x' D=$HOME/y gemini`, ['/home/ann/.gemini']],
    ['opencode|tee log', ['/home/ann/.local/share/opencode', '/home/ann/.config/opencode']],
  ])('is found for `%s`', (command, places) => {
    expect(loginsOf(command, '/home/ann')).toEqual(places);
  });

  it.each(['claude-like -p', 'echo claude', 'A=/bin/claude', 'claude/other', 'constructor', ''])(
    'is let through for no other program: `%s`',
    (command) => {
      expect(loginsOf(command, '/home/ann')).toEqual([]);
    },
  );
});
