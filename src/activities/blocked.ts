/** What only a person can mend is an outcome, in the words that `wordsFor` has for it; null where it is thrown on. */
export async function blockedWhere<T>(
  wordsFor: (error: unknown) => string | null,
  work: () => Promise<T>,
): Promise<T | { kind: 'blocked'; message: string }> {
  try {
    return await work();
  } catch (error) {
    const message = wordsFor(error);
    if (message === null) throw error;
    return { kind: 'blocked', message };
  }
}
