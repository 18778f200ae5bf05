import { expect, it } from '@jest/globals';
import type { Word } from '../../src/domain/words.js';
import { keepWords, wordsUntil } from '../../src/domain/words.js';

const steer = (note: string, at?: string): Word => ({ kind: 'steer', by: 'ann', note, ...(at && { at }) });

it('keeps what people said of what a turn was told, without the conflicts of then', () => {
  const rewind = { kind: 'rewind', by: 'ann', note: 'no', moment: 'run', conflicts: ['a.ts'] } as const;
  const told = [{ kind: 'unchanged' } as const, { ...rewind, conflicts: ['a.ts'] }, steer('b')];
  expect(keepWords([steer('a')], told)).toEqual([steer('a'), { ...rewind, conflicts: [] }, steer('b')]);
});

it('keeps the newest ones, by number and size', () => {
  const many = Array.from({ length: 60 }, (_, at) => steer(`${at}`));
  expect(keepWords(many, [steer('last')])).toEqual([...many.slice(-49), steer('last')]);
  const long = steer('x'.repeat(60_000));
  expect(keepWords([long, long], [steer('last')])).toEqual([long, steer('last')]);
});

it('knows what was said by a moment, and takes what has no time for old', () => {
  const words = [
    steer('old'),
    steer('then', '2026-01-01T00:00:00.000Z'),
    steer('later', '2026-01-01T00:00:00.001Z'),
  ];
  expect(wordsUntil(words, '2026-01-01T00:00:00.000Z')).toEqual(words.slice(0, 2));
});
