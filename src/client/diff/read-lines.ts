import { createReadStream } from 'node:fs';

/**
 * The lines of a file, a batch at a time. A line ends with a line feed and with nothing else: a carriage
 * return belongs to what the line holds.
 */
export async function* readLines(file: string): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const end = chunk.lastIndexOf('\n');
    if (end === -1) {
      rest += chunk;
      continue;
    }
    yield (rest + chunk.slice(0, end)).split('\n');
    rest = chunk.slice(end + 1);
  }
  if (rest !== '') yield [rest];
}
