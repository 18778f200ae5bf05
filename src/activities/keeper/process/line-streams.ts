import type { Journal } from './journal.js';
import { splitLines } from './lines.js';
import { openPipes } from './pipes.js';
import type { Refusal, Streams } from './streams.js';
import { drained } from './streams.js';

/** What may wait for a program that does not read. Beyond it lines are refused, unjournalled. */
const queueBytes = 4 * 1024 * 1024;

const closed: Refusal = { code: 'ENDED', message: 'the program has closed its input' };
const busy: Refusal = {
  code: 'BUSY',
  message: 'the program does not read: 4 MiB wait for it. Nothing was journalled; send it again later',
};

/**
 * A protocol of lines: each line of stdout and stderr becomes a record. While the journal has no room the
 * pipes are not read, which holds the program back. Throws when there can be no pipes.
 */
export function openLineStreams(journal: Journal): Streams {
  const pipes = openPipes({ input: ['stdin'], output: ['stdout', 'stderr'] });
  const [input] = pipes.input;
  const [out, err] = pipes.output;
  if (!input || !out || !err) throw new Error('there are no pipes');
  let isDiscarding = false;
  const outputs = [
    { stream: out.ours, splitter: splitLines('out') },
    { stream: err.ours, splitter: splitLines('err') },
  ];

  for (const { stream, splitter } of outputs) {
    stream.on('data', (chunk: Buffer) => {
      if (!isDiscarding) journal.put(splitter.take(chunk));
    });
    stream.on('error', () => stream.destroy());
  }
  journal.events.on('stalled', () => outputs.forEach(({ stream }) => stream.pause()));
  journal.events.on('room', () => outputs.forEach(({ stream }) => stream.resume()));
  input.ours.on('error', () => input.ours.destroy());

  return {
    stdio: [input.theirs, out.theirs, err.theirs],
    refusal() {
      if (!input.ours.writable) return closed;
      return input.ours.writableLength > queueBytes ? busy : null;
    },
    send(line) {
      input.ours.write(`${line}\n`);
    },
    closeInput() {
      input.ours.end();
      return true;
    },
    discard() {
      isDiscarding = true;
      outputs.forEach(({ stream }) => stream.resume());
    },
    async finish() {
      input.ours.destroy();
      await Promise.all(outputs.map(({ stream }) => drained(stream, () => stream.isPaused())));
      if (!isDiscarding) for (const { splitter } of outputs) journal.put(splitter.flush());
      return null;
    },
  };
}
