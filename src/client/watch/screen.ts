import type { Sink } from '../surroundings.js';

/** The terminal that a table is drawn on. */
export type Terminal = Pick<Sink, 'write'>;

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const restOfLine = '\x1b[K';
const restOfScreen = '\x1b[J';

/**
 * A screen of its own, as editors have it: what was on the terminal comes back when it is closed, with the
 * last lines that were drawn beneath it.
 */
export interface Screen {
  draw(lines: readonly string[]): void;
  close(): void;
}

export function openScreen(terminal: Terminal): Screen {
  let last: readonly string[] = [];
  terminal.write(enter);
  return {
    draw(lines) {
      last = lines;
      terminal.write(home + lines.map((line) => line + restOfLine).join('\r\n') + restOfScreen);
    },
    close() {
      terminal.write(leave);
      for (const line of last) terminal.write(`${line}\n`);
    },
  };
}
