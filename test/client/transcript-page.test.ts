import { expect, it } from '@jest/globals';
import { transcriptPage } from '../../src/client/transcript-page.js';

it('makes a chapter of each turn', () => {
  const transcript =
    '\n==== turn 1 of SHOP-1 (round 1) 2026-11-27T01:00:00.000Z\n> codex: codex app-server\nHello.\n';
  expect(transcriptPage('SHOP-1', transcript)).toBe(
    '# SHOP-1\n\n\n## Turn 1 of SHOP-1 (round 1) 2026-11-27T01:00:00.000Z\n\n> codex: codex app-server\nHello.\n',
  );
});
