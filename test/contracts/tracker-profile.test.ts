import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { trackerProfiles } from '../../src/config/tracker-profiles.js';
import { root } from '../support/docs/markdown.js';

const read = (page: string) => readFileSync(join(root, 'docs', page), 'utf8');

describe('the documentation of trackers', () => {
  it.each(Object.keys(trackerProfiles))('has a profile of %s (TRK-15, CFG-04)', (kind) => {
    const page = read(`trackers/${kind}.md`);
    for (const part of [
      '## Configuration',
      '## How it maps to an issue',
      '**Reading.**',
      '**Agent tools.**',
      '**Errors.**',
    ])
      expect(page).toContain(part);
  });

  it('has each tool of an agent (TOOL-08)', () => {
    for (const tool of ['read_issue', 'comment', 'transition'])
      expect(read('agent-tools.md')).toContain(`\`${tool}\``);
  });
});

describe('the documentation of what an implementation may choose', () => {
  it.each([
    ['security.md', '## The sandbox of agents and checks (SEC-01, SEC-06, AGT-12)'],
    ['questions.md', '## Approvals (AGT-12, DOC-01)'],
  ])('has in %s: %s', (page, heading) => {
    expect(read(page)).toContain(heading.replace(/ \(.*$/, ''));
  });
});
