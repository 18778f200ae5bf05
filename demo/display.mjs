// Progress of the tasks: one redrawn block with a spinner on a terminal, one line for each step elsewhere.
import { createInterface } from 'node:readline/promises';
import ora from 'ora';

export class Display {
  #began = Date.now();
  // A terminal that says it has no columns makes the spinner draw for ever.
  #spinner =
    process.stdout.isTTY && process.stdout.columns > 0
      ? ora({ stream: process.stdout, discardStdin: false })
      : null;
  #said = new Map();

  line(text) {
    const spinning = this.#spinner?.isSpinning === true;
    if (spinning) this.#spinner.stop();
    process.stdout.write(`${text}\n`);
    if (spinning) this.#spinner.start();
  }

  /** Shows where each task is. */
  show(statuses) {
    for (const status of statuses) {
      const step = this.#step(status);
      if (this.#said.get(status.task) === step) continue;
      this.#said.set(status.task, step);
      this.line(`${this.#elapsed()}  ${status.task.padEnd(13)} ${step}`);
    }
    if (this.#spinner === null) return;
    const now = statuses.map(({ task, phase, waiting }) => `${task} ${waiting?.kind ?? phase}`);
    this.#spinner.text = `${this.#elapsed()}  ${now.join('  ·  ') || 'waiting for the first task'}`;
    if (!this.#spinner.isSpinning) this.#spinner.start();
  }

  async ask(question) {
    this.stop();
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await terminal.question(question);
    } finally {
      terminal.close();
    }
  }

  stop() {
    this.#spinner?.stop();
  }

  #step({ phase, round, waiting, checks, landedSha }) {
    const results = checks.map(({ name, kind }) => `${name} ${kind}`).join(', ');
    const parts = [phase.padEnd(7), `round ${round}`];
    if (waiting !== null) parts.push(`waits: ${waiting.kind}`);
    if (results !== '' && ['run', 'review', 'land', 'done'].includes(phase)) parts.push(`checks: ${results}`);
    if (landedSha !== null) parts.push(`landed ${landedSha.slice(0, 12)}`);
    return parts.join('  ');
  }

  #elapsed() {
    return `${((Date.now() - this.#began) / 1000).toFixed(1).padStart(5)} s`;
  }
}
