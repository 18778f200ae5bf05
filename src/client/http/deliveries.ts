const mostKept = 10_000;

/** The ids of the newest deliveries: one that comes twice is no news. */
export function createDeliveries(most: number = mostKept) {
  const kept = new Set<string>();
  return {
    /** False when it is known already. */
    take(id: string): boolean {
      if (kept.has(id)) return false;
      kept.add(id);
      for (const oldest of [...kept].slice(0, -most)) kept.delete(oldest);
      return true;
    },
    /** It had no effect, so it may come again. */
    forget(id: string): void {
      kept.delete(id);
    },
  };
}
