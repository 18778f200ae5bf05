import { createHash } from 'node:crypto';

/** A UUID that is the same for the same parts: for conversations and messages whose name has to outlive whoever gave it. */
export function uuidOf(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  // Version 8 is for such as these (RFC 9562, 5.8), and the variant is the only one there is.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
