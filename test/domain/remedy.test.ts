import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { turnFaults } from '../../src/domain/failure.js';
import { withRemedy } from '../../src/domain/remedy.js';

const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');
const error = { message: 'no', at: '2026-01-01T00:00:00.000Z' };

describe('a failed turn', () => {
  // That there is a remedy for each the compiler sees to.
  it.each(turnFaults)('is in the table of the agents: %s (AGT-16, ORC-04)', (category) => {
    expect(page).toMatch(new RegExp(`^\\| [^|]*\\| [^|]*\`${category}\``, 'm'));
    expect(withRemedy({ ...error, category }).remedy).toMatch(/\.$/);
  });

  it('has no remedy where its category is of another version', () => {
    for (const category of ['gone_fishing', 'constructor'])
      expect(withRemedy({ ...error, category }).remedy).toBeNull();
  });
});
