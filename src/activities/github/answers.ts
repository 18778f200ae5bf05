/** An answer that GitHub need not give again while its tag holds. */
export interface Kept {
  etag: string;
  data: unknown;
  link: string | undefined;
}

/** Pages of a hundred issues are large: as many as a poll and the issues at work need. */
const mostKept = 100;

/** The last answers by their request; the ones that were not asked for longest go first. */
export function createAnswers(most: number = mostKept) {
  const kept = new Map<string, Kept>();
  return {
    find(request: string): Kept | undefined {
      const found = kept.get(request);
      if (found !== undefined) {
        kept.delete(request);
        kept.set(request, found);
      }
      return found;
    },
    keep(request: string, answer: Kept): void {
      kept.delete(request);
      kept.set(request, answer);
      for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest);
    },
  };
}
