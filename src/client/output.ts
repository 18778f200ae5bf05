import pc from 'picocolors';
import type { Sink as Stream } from './surroundings.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes. Results go to stdout; progress and remarks to stderr, so that pipes stay clean. */
export interface Output {
  line(text?: string): void;
  /** Text that has its own line ends, such as a log. */
  text(text: string): void;
  json(value: unknown): void;
  /** A remark for the person who watches. */
  remark(text: string): void;
  colors: Colors;
  /** Characters in a line of the terminal; unlimited when stdout is no terminal. */
  width: number;
  isTerminal: boolean;
}

/** When to use colours: `auto` is on a terminal, unless `NO_COLOR` is set. */
export type ColorChoice = 'always' | 'never' | 'auto';

/** The colours that a command was asked for. */
export function chooseColors({ colors }: Output, choice: ColorChoice): Colors {
  return choice === 'auto' ? colors : pc.createColors(choice === 'always');
}

type Sink = Pick<Stream, 'write' | 'isTTY' | 'columns'>;

export function openOutput(stdout: Sink, stderr: Sink, env: NodeJS.ProcessEnv): Output {
  const isTerminal = stdout.isTTY ?? false;
  const write = (sink: Sink, text: string) => void sink.write(sink.isTTY ? printable(text) : text);
  return {
    line: (text = '') => write(stdout, `${text}\n`),
    text: (text) => write(stdout, text),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    remark: (text) => write(stderr, `${text}\n`),
    colors: pc.createColors(isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'),
    // A terminal that does not tell its width says 0.
    width: isTerminal && stdout.columns ? stdout.columns : Number.POSITIVE_INFINITY,
    isTerminal,
  };
}

/**
 * Titles, logs and diffs come from issues and agents: on a terminal, control characters in them could
 * move the cursor or retitle the window. Line ends, tabs and plain colours stay.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (match) =>
    match.startsWith('\x1b[') ? match : '',
  );
}
