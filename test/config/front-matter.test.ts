import { describe, expect, it } from '@jest/globals';
import { splitFrontMatter } from '../../src/config/front-matter.js';

function partsOf(text: string): { yaml: string; body: string } | string {
  const split = splitFrontMatter(text);
  return split.kind === 'found' ? { yaml: split.yaml, body: text.slice(split.bodyStart) } : split.kind;
}

describe('front matter (WF-03)', () => {
  it.each([
    ['---\na: 1\n---\nbody', { yaml: 'a: 1\n', body: 'body' }],
    ['---\r\na: 1\r\n---\r\nbody', { yaml: 'a: 1\r\n', body: 'body' }],
    ['\uFEFF---\na: 1\n---\nbody', { yaml: 'a: 1\n', body: 'body' }],
    ['---\na: 1\n---', { yaml: 'a: 1\n', body: '' }],
    ['---\n---\nbody\n', { yaml: '', body: 'body\n' }],
    ['---\na: 1\n---\nbody\n---\nmore', { yaml: 'a: 1\n', body: 'body\n---\nmore' }],
    ['---\na: |\n  ---\n  x\n---\nbody', { yaml: 'a: |\n  ---\n  x\n', body: 'body' }],
    ['---\na: 1\n----\n---\nbody', { yaml: 'a: 1\n----\n', body: 'body' }],
    ['---\na: 1\n--- \n---\nbody', { yaml: 'a: 1\n--- \n', body: 'body' }],
    ['---\na: 1\n', 'unterminated'],
    ['---', 'unterminated'],
    [' ---\na: 1\n---\n', 'none'],
    ['--- \na: 1\n---\n', 'none'],
    ['\n---\na: 1\n---\n', 'none'],
    ['', 'none'],
  ])('of %j', (text, expected) => {
    expect(partsOf(text)).toEqual(expected);
  });
});
