/** One thing that has to be in order. */
export interface Diagnosis {
  name: string;
  /** Whether `continuo up` can work. With a remedy all the same, it is something to know of. */
  ok: boolean;
  /** What was found, in words. */
  found: string;
  /** What to do; null when nothing has to be done. */
  remedy: string | null;
}

export function good(name: string, found: string): Diagnosis {
  return { name, ok: true, found, remedy: null };
}

/** Something that works and is worth a look. */
export function note(name: string, found: string, remedy: string): Diagnosis {
  return { name, ok: true, found, remedy };
}

export function bad(name: string, found: string, remedy: string): Diagnosis {
  return { name, ok: false, found, remedy };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
