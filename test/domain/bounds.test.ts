import { expect, it } from '@jest/globals';
import { byteLength, firstWithin, lastWithin } from '../../src/domain/bounds.js';

it('knows how long a text is in UTF-8', () => {
  for (const text of ['', 'plain', 'Grüße', '漢字', '🙂 ok'])
    expect(byteLength(text)).toBe(Buffer.byteLength(text));
});

it('takes from one end of a list what is within a count and a size', () => {
  const items = ['aa', 'bb', 'cc', 'dd'];
  expect(firstWithin(items, { count: 3, bytes: 100 })).toEqual(['aa', 'bb', 'cc']);
  expect(firstWithin(items, { count: 9, bytes: 100 })).toEqual(items);
  // Each is 4 bytes as JSON.
  expect(firstWithin(items, { count: 9, bytes: 8 })).toEqual(['aa', 'bb']);
  expect(lastWithin(items, { count: 9, bytes: 11 })).toEqual(['cc', 'dd']);
  expect(firstWithin(items, { count: 9, bytes: 3 })).toEqual([]);
});
