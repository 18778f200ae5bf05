/** Marks that turn the direction of text, with which a line can read otherwise than it runs. */
// eslint-disable-next-line no-control-regex
const hidden = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A line as a reviewer has to see it: control characters and marks of direction are written out
 * (`^[`, `<U+202E>`) in place of what they would do to the terminal. Tabs stay.
 */
export function visible(line: string): string {
  return line.replace(hidden, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
    if (code === 0x7f) return '^?';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
