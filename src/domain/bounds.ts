/** How much of a list may be kept or sent on. */
export interface Bounds {
  count: number;
  /** Of all together, as JSON. */
  bytes: number;
}

/** The first ones that stay within the bounds. */
export function firstWithin<T>(items: readonly T[], { count, bytes }: Bounds): T[] {
  let room = bytes;
  const end = items.slice(0, count).findIndex((item) => (room -= byteLength(JSON.stringify(item))) < 0);
  return items.slice(0, end < 0 ? count : end);
}

/** The last ones that stay within the bounds. */
export function lastWithin<T>(items: readonly T[], bounds: Bounds): T[] {
  return firstWithin([...items].reverse(), bounds).reverse();
}

/** The length in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes += 1;
    else if (point < 0x800) bytes += 2;
    else bytes += point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
