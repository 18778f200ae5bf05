import { describe, expect, it } from '@jest/globals';
import { newIdentifier, slug } from '../../src/client/slug.js';

describe('slug', () => {
  it('joins lower-case words by hyphens and drops accents', () => {
    expect(slug('  Fix the Übergröße: part 2! ')).toBe('fix-the-ubergro-e-part-2');
  });

  it('has at most 30 characters, cut between words', () => {
    expect(slug('Reject empty order numbers in the importer')).toBe('reject-empty-order-numbers-in');
  });

  it('cuts a single long word', () => {
    expect(slug('x'.repeat(50))).toBe('x'.repeat(30));
  });

  it.each(['', '日本語', '🚀'])('has a name for %j, which has no ASCII words', (title) => {
    expect(slug(title)).toBe('task');
  });
});

describe('newIdentifier', () => {
  it('adds four random characters, so that the same title twice is two tasks', () => {
    const made = Array.from({ length: 20 }, () => newIdentifier('Fix it'));
    for (const identifier of made) expect(identifier).toMatch(/^fix-it-[a-z0-9]{4}$/);
    expect(new Set(made).size).toBeGreaterThan(1);
  });
});
