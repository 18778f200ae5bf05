/** What the ids of a program's questions begin with; `restarts` programs of its turn were cut off before it. */
export function questionsOf(turn: number, restarts: number): string {
  return `turn-${turn}.${restarts}/`;
}
