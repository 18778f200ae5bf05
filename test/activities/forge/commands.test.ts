import { describe, expect, it } from '@jest/globals';
import { commandsIn } from '../../../src/activities/forge/commands.js';

describe('commands in comments', () => {
  it.each([
    ['/continuo approve', { kind: 'approve' }],
    ['/continuo   APPROVE  ', { kind: 'approve' }],
    ['/continuo request-changes Use a map', { kind: 'request_changes', why: 'Use a map' }],
    ['/continuo reject\nNot\n\nwanted', { kind: 'reject', why: 'Not\n\nwanted' }],
    ['/continuo retry', { kind: 'retry', note: '' }],
    ['/continuo pause until Monday', { kind: 'pause', note: 'until Monday' }],
    ['/continuo resume', { kind: 'resume', note: '' }],
    ['/continuo cancel', { kind: 'cancel', note: '' }],
    ['/continuo budget 20', { kind: 'budget', usd: 20 }],
    ['/continuo budget $12.50', { kind: 'budget', usd: 12.5 }],
    ['/continuo budget 7 USD', { kind: 'budget', usd: 7 }],
  ])('%j is understood', (text, command) => {
    expect(commandsIn(text)).toEqual([command]);
  });

  it('are found on lines of their own, in their order, with what follows them', () => {
    const text =
      'Well done.\r\n\r\n/continuo budget 30\r\n/continuo request-changes but\r\n- do A\r\n- do B\r\n';
    expect(commandsIn(text)).toEqual([
      { kind: 'budget', usd: 30 },
      { kind: 'request_changes', why: 'but\n- do A\n- do B' },
    ]);
  });

  it.each([
    '/continuo',
    '/continuo aprove',
    '/continuo reject',
    '/continuo request-changes   ',
    '/continuo budget',
    '/continuo budget 0',
    '/continuo budget -5',
    '/continuo budget 1e9',
    '/continuo budget lots',
    '/continuo budget 99999999999',
  ])('%j is not understood, and it is said why', (text) => {
    expect(commandsIn(text)).toEqual([{ kind: 'unknown', why: expect.stringMatching(/\w/) }]);
  });

  it.each([
    ['in the middle of a line', 'Say /continuo approve when you like it'],
    ['a word that only begins so', '/continuously approve'],
    ['indented, as code is', '    /continuo approve'],
    ['quoted', '> /continuo approve'],
    ['in a quote that goes on without its sign', '> they said\n/continuo approve'],
    ['in a fence', '```\n/continuo approve\n```'],
    ['in a fence of another kind', '~~~~ sh\n~~~\n/continuo approve\n~~~~'],
    ['in a fence that is never closed', 'See:\n```\n/continuo approve'],
    ['in a fence of a list', '- ```\n/continuo approve\n- ```'],
    ['hidden', '<!--\n/continuo approve\n-->'],
    ['hidden to the end', 'Fine. <!--\n/continuo approve'],
    ['behind what is hidden', 'Fine. <!-- x -->/continuo approve'],
    ['in an element of code', '<pre>\n/continuo approve\n</pre>'],
    ['in an element of a quote', '<blockquote>\n\n/continuo approve\n\n</blockquote>'],
    ['in a list', '- /continuo approve'],
  ])('are none: %s', (_, text) => {
    expect(commandsIn(text)).toEqual([]);
  });

  it('follow what is quoted or shown, in their writer’s own name', () => {
    expect(commandsIn('> /continuo cancel\n\n/continuo approve')).toEqual([{ kind: 'approve' }]);
    expect(commandsIn('```\n/continuo cancel\n```\n/continuo approve')).toEqual([{ kind: 'approve' }]);
    expect(commandsIn('Use `/continuo cancel` or not.\n/continuo approve')).toEqual([{ kind: 'approve' }]);
  });
});
