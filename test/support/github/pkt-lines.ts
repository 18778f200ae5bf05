/** The lines of git's protocol: four hex digits of length, then the content; `0000` is a flush. */
function parse(bytes: Buffer): (Buffer | null)[] {
  const lines: (Buffer | null)[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 4), 16);
    lines.push(length < 4 ? null : bytes.subarray(at + 4, at + length));
    at += Math.max(4, length);
  }
  return lines;
}

function format(lines: readonly (Buffer | null)[]): Buffer {
  return Buffer.concat(
    lines.flatMap((line) =>
      line === null
        ? [Buffer.from('0000')]
        : [Buffer.from((line.length + 4).toString(16).padStart(4, '0')), line],
    ),
  );
}

/** The report of a push with GitHub's words for a protected branch, where git itself has only `hook declined`. */
export function sayProtected(report: Buffer): Buffer {
  const lines = parse(report).map((line) => {
    if (line?.[0] !== 1) return line;
    const inner = parse(line.subarray(1)).map((each) =>
      each?.toString().startsWith('ng ') === true
        ? Buffer.from(each.toString().replace(/ hook declined/, ' protected branch hook declined'))
        : each,
    );
    return Buffer.concat([line.subarray(0, 1), format(inner)]);
  });
  return format(lines);
}
