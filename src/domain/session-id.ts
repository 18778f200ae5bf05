/** How the specification names one turn of a thread (SPEC 4.2). */
export function sessionId(thread: string, turn: number): string {
  return `${thread}-${turn}`;
}
