import { describe, expect, it } from '@jest/globals';
import { openOutput, printable } from '../../src/client/output.js';

function openSink(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) > 0 };
}

describe('printable', () => {
  it('drops what would move the cursor or retitle the terminal, and keeps colours', () => {
    expect(printable('a\x1b]0;owned\x07b\x1b[2Jc\rd\x9b5ne')).toBe('a]0;ownedb[2Jcd5ne');
    expect(printable('\x1b[31mred\x1b[0m\tand\n')).toBe('\x1b[31mred\x1b[0m\tand\n');
  });
});

describe('openOutput', () => {
  it('has colours and a width on a terminal only', () => {
    const terminal = openOutput(openSink(true), openSink(true), {});
    expect([terminal.colors.red('x') === 'x', terminal.width]).toEqual([false, 40]);
    const pipe = openOutput(openSink(false), openSink(true), {});
    expect([pipe.colors.red('x'), pipe.width]).toEqual(['x', Infinity]);
  });

  it('cuts nothing on a terminal that does not tell its width', () => {
    expect(openOutput(openSink(true, 0), openSink(true, 0), {}).width).toBe(Infinity);
  });

  it('has no colours with NO_COLOR', () => {
    expect(openOutput(openSink(true), openSink(true), { NO_COLOR: '1' }).colors.red('x')).toBe('x');
  });

  it('hands text on unchanged to a pipe, and harmless to a terminal', () => {
    const [pipe, terminal] = [openSink(false), openSink(true)];
    openOutput(pipe, openSink(false), {}).text('a\x1b[2Jb');
    openOutput(terminal, openSink(true), {}).text('a\x1b[2Jb');
    expect([...pipe.written, ...terminal.written]).toEqual(['a\x1b[2Jb', 'a[2Jb']);
  });
});
