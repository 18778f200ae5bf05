import { fitText, textWidth } from '../domain/text-width.js';

const gap = '  ';
/** A column is never squeezed below this. */
const narrowest = 8;

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  /** Gives up its width first when the table is wider than the terminal. */
  flexible?: boolean;
}

/** Lines of an aligned table, heading first, none wider than `width` while the fixed columns fit. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): string[] {
  const table = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => oneLine(column.cell(row)))),
  ];
  const widths = fitWidths(table, columns, width);
  return table.map((cells) =>
    cells
      .map((cell, index) => padEnd(fitText(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function fitWidths(
  table: readonly string[][],
  columns: readonly { flexible?: boolean }[],
  limit: number,
): number[] {
  const widths = columns.map((_, index) =>
    table.reduce((widest, cells) => Math.max(widest, textWidth(cells[index] ?? '')), 0),
  );
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - limit;
  const flexible = [...columns.keys()].filter((index) => columns[index]?.flexible === true).reverse();
  for (const index of flexible) {
    const width = widths[index] ?? 0;
    const given = Math.min(Math.max(excess, 0), Math.max(width - narrowest, 0));
    widths[index] = width - given;
    excess -= given;
  }
  return widths;
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - textWidth(text), 0));
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
