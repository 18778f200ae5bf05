/** The last one in line for each name. In one process, because a data directory has one worker. */
const lines = new Map<string, Promise<unknown>>();

/** Runs the work when everything that was asked for under the same name before has ended. Not reentrant. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = lines.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  const line = mine.catch(() => undefined);
  lines.set(name, line);
  try {
    return await mine;
  } finally {
    if (lines.get(name) === line) lines.delete(name);
  }
}
