import type { Source } from '../surroundings.js';

const interrupt = '\x03';
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What ends a watch: `q` and Ctrl-C, or a signal. */
export interface Stop {
  signal: AbortSignal;
  /** Gives keyboard and signals back. */
  release(): void;
}

/** Listens for keys only where `keys` is true and there is a keyboard. */
export function listenForStop(stdin: Source, keys: boolean): Stop {
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
  };
  const onKeys = (typed: Buffer) => {
    if (/q/i.test(typed.toString()) || typed.includes(interrupt)) stop();
  };
  const hasKeys = keys && stdin.isTTY === true;
  for (const signal of signals) process.on(signal, stop);
  const setRawMode = (raw: boolean) => void stdin.setRawMode?.(raw);
  if (hasKeys) {
    setRawMode(true);
    stdin.on('data', onKeys).resume();
  }
  return {
    signal: stopping.signal,
    release() {
      for (const signal of signals) process.off(signal, stop);
      if (!hasKeys) return;
      stdin.off('data', onKeys).pause();
      setRawMode(false);
    },
  };
}
