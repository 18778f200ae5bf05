import { describe, expect, it } from '@jest/globals';
import { readTextBounds } from '../../../src/activities/tracker/issue-text.js';

const read = (...lines: string[]) => readTextBounds(lines.join('\n'));

describe('the text of an issue', () => {
  it('has acceptance criteria in a list below their heading, up to the next one', () => {
    const { acceptance } = read(
      '- not this',
      '## Acceptance criteria',
      'It is done when',
      '- [ ] a test shows it,',
      '  also on Windows',
      '* [x] the page says so',
      '2. nobody is logged out',
      '## Notes',
      '- nor this',
    );
    expect(acceptance).toEqual([
      'a test shows it, also on Windows',
      'the page says so',
      'nobody is logged out',
    ]);
  });

  it.each(['# Acceptance', '### ACCEPTANCE CRITERIA:', '## Acceptance criteria ##'])(
    'may call them %s',
    (heading) => {
      expect(read(heading, '- it works').acceptance).toEqual(['it works']);
    },
  );

  it.each(['## Acceptance tests', 'Acceptance criteria', '```', '    # Acceptance'])(
    'does not mean them by %j',
    (line) => {
      expect(read(line, '- it works').acceptance).toEqual([]);
    },
  );

  it('is not read inside of a code block', () => {
    expect(read('```', '## Acceptance', '- it works', '```').acceptance).toEqual([]);
    expect(read('## Acceptance', '~~~', '- it works', '~~~', '- it is fast').acceptance).toEqual([
      'it is fast',
    ]);
  });

  it('has a scope in a list of globs', () => {
    expect(read('## Scope', '- src/login/**', '- `docs/my page.md`').scope).toEqual([
      'src/login/**',
      'docs/my page.md',
    ]);
  });

  it('has no scope in a list of plain words', () => {
    expect(read('## Scope', '- src/login/**', '- Only the page for the login').scope).toEqual([]);
  });

  it('reads line ends of any kind', () => {
    expect(readTextBounds('## Acceptance\r\n- it works\r\n').acceptance).toEqual(['it works']);
  });
});
