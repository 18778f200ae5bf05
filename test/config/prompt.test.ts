import { describe, expect, it } from '@jest/globals';
import { PromptError, renderPrompt } from '../../src/config/prompt.js';
import type { Issue } from '../../src/domain/issue.js';

const issue: Issue = {
  id: 'fix-login',
  native_ref: { path: 'tasks/fix-login.md' },
  identifier: 'fix-login',
  title: 'Fix the login',
  description: 'It fails.',
  priority: 1,
  state: 'Todo',
  branch_name: null,
  url: null,
  assignee_id: null,
  labels: ['bug', 'ui'],
  blocked_by: [{ id: 'db', identifier: 'db', state: 'Done' }],
  dispatchable: true,
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: null,
  scope: ['src/**'],
  acceptance: ['a test shows it'],
  source: 'tracker',
};

function errorOf(template: string): PromptError {
  try {
    renderPrompt(template, { issue, attempt: null });
  } catch (error) {
    if (error instanceof PromptError) return error;
    throw error;
  }
  throw new Error('the template was rendered');
}

describe('the prompt', () => {
  it.each([
    ['{{ issue.identifier }}: {{ issue.title }}', 'fix-login: Fix the login'],
    ['{% for label in issue.labels %}[{{ label }}]{% endfor %}', '[bug][ui]'],
    ['{% for b in issue.blocked_by %}{{ b.identifier }} {{ b.state }}{% endfor %}', 'db Done'],
    ['{{ issue.native_ref.path }}', 'tasks/fix-login.md'],
    ['<{{ issue.branch_name }}>', '<>'],
    ['{{ issue.created_at }}', '2026-01-02T03:04:05.000Z'],
    ['{{ issue.scope | join: "," }}', 'src/**'],
    ['{% if attempt %}again{% else %}first{% endif %}', 'first'],
    ['{{ project }} {{ round }} {{ turn }}', 'shop 2 3'],
  ])('%s is %s (PRM-02, PRM-03)', (template, expected) => {
    expect(renderPrompt(template, { issue, attempt: null, round: 2, turn: 3, project: 'shop' })).toBe(
      expected,
    );
  });

  it('has the attempt as a number from the first retry on (PRM-03)', () => {
    expect(renderPrompt('{% if attempt %}try {{ attempt }}{% endif %}', { issue, attempt: 1 })).toBe('try 1');
  });

  it('of an empty template names the issue and what must hold (PRM-05)', () => {
    const prompt = renderPrompt(' \n', { issue, attempt: null });
    expect(prompt).toBe(
      'You are working on an issue from the configured tracker.\n\nfix-login: Fix the login\n\nIt fails.\n\n' +
        'What must hold when the work is done:\n- a test shows it',
    );
    expect(renderPrompt('', { issue: { ...issue, description: null, acceptance: [] }, attempt: null })).toBe(
      'You are working on an issue from the configured tracker.\n\nfix-login: Fix the login',
    );
  });

  it.each([
    ['{{ issue.nope }}', 'template_render_error', 1, 'undefined variable: issue.nope'],
    ['\n{{ nope }}', 'template_render_error', 2, 'undefined variable: nope'],
    ['{{ issue.title | nope }}', 'template_render_error', 1, 'undefined filter: nope'],
    ['{{ issue.constructor }}', 'template_render_error', 1, 'undefined variable: issue.constructor'],
    ['a\n{% for %}', 'template_parse_error', 2, 'illegal tag: {% for %}'],
    ['{% if %}', 'template_parse_error', 1, 'invalid value expression: ""'],
  ])('%j fails as %s (PRM-01, WF-11)', (template, code, line, message) => {
    const error = errorOf(template);
    expect([error.code, error.line, error.message]).toEqual([code, line, message]);
  });

  it.each(['{% include "package.json" %}', '{% render "/etc/passwd" %}', '{% layout "package.json" %}'])(
    '%s reads no file',
    (template) => {
      expect(errorOf(template).code).toBe('template_render_error');
    },
  );

  it('does not take what stands in an issue for a template', () => {
    const hostile = { ...issue, title: '{{ issue.id }}{% include "x" %}' };
    expect(renderPrompt('{{ issue.title }}', { issue: hostile, attempt: null })).toBe(hostile.title);
  });

  it('ends a template that would fill the memory', () => {
    expect(errorOf('{% for i in (1..2000000000) %}{{ i }}{% endfor %}').code).toBe('template_render_error');
  });

  it('renders a description of a megabyte', () => {
    const long = 'x'.repeat(1_000_000);
    expect(
      renderPrompt('{{ issue.description }}', { issue: { ...issue, description: long }, attempt: null }),
    ).toBe(long);
  });
});
