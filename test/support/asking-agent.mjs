// An agent that speaks a small protocol of JSON lines, and writes down in the file `notes` what it hears: `begin <session>
// <whether it was told an answer>`, `reply <text>`, `remark <text>`. It is told what it is by its first argument: one that
// `asks` ends its turn when it has an answer; one that `listens` when a remark has the word "finish".
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [kind] = process.argv.slice(2);
const note = (text) => appendFileSync('notes', `${text}\n`);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { begin, reply, remark } = JSON.parse(line);
  if (begin !== undefined) {
    const isAnswered = begin.message.includes('Your question has an answer');
    note(`begin ${begin.session} ${isAnswered ? 'answered' : 'unanswered'}`);
    say({ session: begin.session ?? 'thread-1' });
    if (isAnswered) say({ done: 'it was told' });
    else if (kind === 'asks') say({ ask: 'colour' });
  }
  if (reply !== undefined) {
    note(`reply ${reply.text}`);
    say({ done: `painted it ${reply.text}` });
  }
  if (remark !== undefined) {
    note(`remark ${remark.text.replaceAll(/\s+/g, ' ')}`);
    say({ heard: remark.id });
    if (remark.text.includes('finish')) say({ done: 'finished' });
  }
});
