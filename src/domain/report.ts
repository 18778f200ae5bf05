/** What an agent says of its work, for the session that comes after it. It decides nothing. */
export interface Report {
  done: string[];
  next: string[];
  notes: string;
}

/** As lines of text. */
export function describeReport({ done, next, notes }: Report): string[] {
  return [
    ...done.map((item) => `done: ${item}`),
    ...next.map((item) => `next: ${item}`),
    ...(notes === '' ? [] : notes.split('\n')),
  ];
}
