/** How much is remembered by ids that an agent gives: no agent has so much open at once. */
const most = 500;

/** With this entry; of too many the oldest is forgotten, so that memory does not grow with what an agent makes up. */
export function withNewest<T>(entries: Readonly<Record<string, T>>, id: string, entry: T): Record<string, T> {
  const others = Object.entries(entries).filter(([known]) => known !== id);
  const kept = others.slice(1 - most);
  return { ...Object.fromEntries(kept), [id]: entry };
}
