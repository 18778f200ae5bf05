import { describe, expect, it } from '@jest/globals';
import { renderTable } from '../../src/client/table.js';
import { fitText, textWidth } from '../../src/domain/text-width.js';

interface Row {
  name: string;
  title: string;
}
const columns = [
  { title: 'NAME', cell: (row: Row) => row.name },
  { title: 'TITLE', cell: (row: Row) => row.title, flexible: true },
];

describe('renderTable', () => {
  it('aligns the columns, by width on the screen and not by characters', () => {
    const rows = [
      { name: 'a', title: 'one' },
      { name: '日本', title: 'two' },
      { name: '🚀', title: 'three' },
    ];
    expect(renderTable(rows, columns, 80)).toEqual(['NAME  TITLE', 'a     one', '日本  two', '🚀    three']);
  });

  it('shortens a flexible column to the width of the terminal', () => {
    const lines = renderTable([{ name: 'a', title: 'a title that is rather long' }], columns, 20);
    expect(lines).toEqual(['NAME  TITLE', 'a     a title that …']);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(20);
  });

  it('keeps a row on one line whatever its texts hold', () => {
    expect(renderTable([{ name: 'a', title: 'two\nlines\tand a tab' }], columns, 80)[1]).toBe(
      'a     two lines and a tab',
    );
  });
});

describe('fitText', () => {
  it('never cuts through a character that takes two columns', () => {
    expect(fitText('日本語', 4)).toBe('日…');
    expect(fitText('日本語', 6)).toBe('日本語');
  });
});
