const mostNames = 5;

/** The first few names for a sentence, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
