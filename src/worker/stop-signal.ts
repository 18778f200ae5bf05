/** The wish of a person or a service manager that this process ends. */
export interface StopSignal {
  signal: AbortSignal;
  dispose(): void;
}

/** Aborts at the first SIGINT or SIGTERM; the second one calls `force`. */
export function listenForStop(onStop: () => void, force: () => void): StopSignal {
  const stopping = new AbortController();
  const listener = () => {
    if (stopping.signal.aborted) force();
    else {
      stopping.abort();
      onStop();
    }
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, listener);
  return {
    signal: stopping.signal,
    dispose() {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}
