const signals = { SIGINT: 2, SIGTERM: 15 } as const;

/** Stop signals: the first stops gracefully, the second at once. */
export interface StopSignals extends Disposable {
  /** Aborts with the first signal. */
  readonly stopping: AbortSignal;
}

/**
 * Listens for the signals by which people and supervisors stop a process. The second one ends it at once, with 128 and the number of
 * the signal, as shells count.
 *
 * @param onFirst Called with the first one.
 */
export function stopSignals(onFirst: (signal: keyof typeof signals) => void): StopSignals {
  const controller = new AbortController();
  const listeners = Object.entries(signals).map(([name, number]) => {
    const signal = name as keyof typeof signals;
    const listener = () => {
      if (controller.signal.aborted) Deno.exit(128 + number);
      onFirst(signal);
      controller.abort();
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    stopping: controller.signal,
    [Symbol.dispose]() {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
