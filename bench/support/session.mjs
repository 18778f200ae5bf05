// Sessions of agents that speak in lines: under a keeper, through the product's own client, and bare.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The product's client of keepers. */
export const keeperClient = {
  'activities/keeper/program.ts': ['runProgram'],
  'activities/keeper/session.ts': ['runSession'],
};

const journalLimitBytes = 1024 ** 3;
const linesProgram = fileURLToPath(new URL('../programs/lines.mjs', import.meta.url));

/** See bench/programs/lines.mjs. */
export function linesAgent(...args) {
  return [process.execPath, linesProgram, ...args.map(String)];
}

/** A program under a keeper, but for its input and output. */
export function programOf({ folder, name, argv, epoch = 1 }) {
  return {
    place: join(folder, name),
    owner: {
      project: 'bench',
      identifier: name,
      workflowId: `bench/${name}`,
      workflowRun: name,
      kind: 'agent',
      title: 'turn 1',
    },
    argv,
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeoutMs: 600_000,
    leaseMs: 60_000,
    epoch,
  };
}

/** A program that speaks in lines, but for the protocol. */
export function sessionOf(about) {
  return { ...programOf(about), tools: [], journalLimitBytes };
}

/**
 * Waits for the agent to be ready, asks for so many lines in one message, and is done when they have come. Each is
 * parsed, as agents' clients do. `onMs` gets the time from the request to the last line.
 */
export function burstOf(lines, onMs) {
  let requestedAt = null;
  return {
    initial: { count: -1 },
    apply({ count }, record) {
      if (record.d !== 'out') return { count };
      JSON.parse(record.s);
      if (count + 1 === lines) onMs(performance.now() - requestedAt);
      return { count: count + 1 };
    },
    next({ count }) {
      if (count < 0) return [];
      if (count >= lines) return [{ kind: 'done', result: count }];
      requestedAt ??= performance.now();
      return [{ kind: 'write', key: 'burst', line: String(lines) }];
    },
  };
}

/** The same by a bare pipe; returns the time in ms. */
export async function bareBurst(lines) {
  let count = -1;
  let requestedAt;
  const bare = await new Promise((resolve) => {
    const opened = openBare(linesAgent(), (line) => {
      JSON.parse(line);
      count += 1;
      if (count === 0) {
        requestedAt = performance.now();
        opened.write(lines);
      }
      if (count === lines) resolve(opened);
    });
  });
  const ms = performance.now() - requestedAt;
  await bare.close();
  return ms;
}

/** Sends one message after the other, each when the one before has come back. `onReply` gets each round trip in ms. */
export function echoOf(messages, onReply) {
  let sent = { count: -1, at: 0 };
  return {
    initial: { count: 0 },
    apply({ count }, record) {
      if (record.d !== 'out') return { count };
      onReply(performance.now() - sent.at);
      return { count: count + 1 };
    },
    next({ count }) {
      if (count >= messages) return [{ kind: 'done', result: count }];
      // It is asked again whenever something comes, such as an acknowledgement.
      if (sent.count !== count) sent = { count, at: performance.now() };
      return [{ kind: 'write', key: `message-${count}`, line: `message ${count}` }];
    },
  };
}

/** A program with bare pipes: `onLine` gets each line of its output, as clients of agents mostly read them. */
export function openBare(argv, onLine) {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', onLine);
  return {
    write: (line) => child.stdin.write(`${line}\n`),
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

/** One message after the other by a bare pipe; returns each round trip in ms. */
export async function bareEcho(argv, messages) {
  const times = [];
  let sentAt;
  const bare = await new Promise((resolve) => {
    const send = () => {
      sentAt = performance.now();
      opened.write(`message ${times.length}`);
    };
    const opened = openBare(argv, () => {
      times.push(performance.now() - sentAt);
      if (times.length < messages) send();
      else resolve(opened);
    });
    send();
  });
  await bare.close();
  return times;
}
