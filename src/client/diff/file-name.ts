/** The escapes of a name that git has put into quotes. */
const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A file's name out of a patch: git quotes names with special characters as C does, byte by byte. */
export function readName(written: string): string {
  if (!/^".*"$/s.test(written)) return written;
  const bytes = written
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The name in `diff --git a/<name> b/<name>`, which has it twice; a rename names both elsewhere. */
export function nameInHeading(heading: string): string {
  const twice = heading.slice('diff --git '.length);
  const second = readName(twice.slice((twice.length + 1) / 2));
  return second.slice('b/'.length);
}
