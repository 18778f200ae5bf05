// An agent that speaks a small protocol of JSON lines, and writes down in the file that it is given what it was
// asked: `start`, `init`, `turn <text>`, `answer <text>`. It asks a question in each turn, and ends at the end of its input.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [notes, ending] = process.argv.slice(2);
const note = (text) => appendFileSync(notes, `${text}\n`);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

note('start');
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.init) {
    note('init');
    say({ ready: true });
  }
  if (message.turn) {
    note(`turn ${message.turn}`);
    if (ending === 'dies in the turn') process.exit(3);
    say({ question: 'q1' });
  }
  if (message.answer) {
    note(`answer ${message.answer}`);
    say({ done: `finished with ${message.answer}` });
  }
});
