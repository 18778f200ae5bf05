// An agent of the bench: writes the line `{}` when it is ready, and answers each line of its input, which is a number, with so many lines of output. Each is an
// event as agents write them, of 1,024 bytes with its newline. With arguments `<per second> <seconds>` it
// reads nothing, writes by the clock, and ends.
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

const lineBytes = 1_024;
const linesAtOnce = 64;
const tickMs = 50;

const line = makeLine();
const many = line.repeat(linesAtOnce);

function makeLine() {
  const text = (delta) => `${JSON.stringify({ method: 'item/delta', params: { item: 'item-1', delta } })}\n`;
  const room = lineBytes - text('').length;
  return text('one word after another, '.repeat(50).slice(0, room));
}

async function write(count) {
  for (let left = count; left > 0; left -= linesAtOnce) {
    const chunk = left >= linesAtOnce ? many : line.repeat(left);
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  }
}

const [perSecond, seconds] = process.argv.slice(2).map(Number);
if (perSecond === undefined) {
  process.stdout.write('{}\n');
  for await (const request of createInterface({ input: process.stdin })) await write(Number(request));
} else {
  const total = perSecond * seconds;
  const startedAt = performance.now();
  for (let written = 0; written < total;) {
    await new Promise((resolve) => setTimeout(resolve, tickMs));
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000));
    await write(due - written);
    written = due;
  }
}
