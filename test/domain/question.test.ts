import { describe, expect, it } from '@jest/globals';
import { answerOf } from '../../src/domain/question.js';

describe('an answer to a question', () => {
  const question = { id: '1', text: 'Which?', options: ['Blue', 'Green', '3'] };

  it.each([
    ['1', 'Blue'],
    [' 2 ', 'Green'],
    ['3', '3'],
    ['0', '0'],
    ['4', '4'],
    ['01', '01'],
    ['2 of them', '2 of them'],
    ['Red', 'Red'],
  ])('"%s" means "%s"', (text, meant) => {
    expect(answerOf(question, text)).toBe(meant);
  });

  it('is taken as it is where there are no options', () => {
    expect(answerOf({ ...question, options: [] }, '1')).toBe('1');
  });
});
