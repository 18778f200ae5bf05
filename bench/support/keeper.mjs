// What can be seen of a running keeper from outside: its socket, and what the kernel knows of its process.
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

const pollMs = 20;
const patienceMs = 60_000;

/** The folders of all generations below a folder of places. Empty when there is no such folder. */
export function generations(places) {
  return list(places).flatMap((place) =>
    list(join(places, place)).flatMap((name) => (name.startsWith('gen-') ? [join(places, place, name)] : [])),
  );
}

/** Null while there is none. */
export function claimOf(generation) {
  const file = join(generation, 'keeper.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** What a keeper says of itself to a reader; null when nobody answers. */
export async function hello(generation) {
  const claim = claimOf(generation);
  if (claim === null) return null;
  const folder = openSync(generation, 'r');
  try {
    const { version, id } = claim;
    // A path of any length.
    const socket = connect(`/proc/self/fd/${folder}/sock`);
    return await new Promise((resolve) => {
      socket.once('close', () => resolve(null));
      const lines = createInterface({ input: socket });
      // It passes the socket's errors on.
      lines.on('error', () => resolve(null));
      lines.once('line', (line) => {
        resolve(JSON.parse(line));
        socket.destroy();
      });
      socket.write(`${JSON.stringify({ op: 'attach', version, id })}\n`);
    });
  } finally {
    closeSync(folder);
  }
}

/** Waits until a writer with a higher epoch than this one is attached; returns its epoch. */
export async function attachedAfter(generation, epoch) {
  return until('the keeper is attached', async () => {
    const found = await hello(generation);
    return found !== null && found.attached && (found.epoch ?? 0) > epoch ? found.epoch : null;
  });
}

/** Waits until `find` gives something else than null, and returns it. */
export async function until(what, find, patience = patienceMs) {
  const deadline = performance.now() + patience;
  for (;;) {
    const found = await find();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`it never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Memory of a process in MB: what it has in use, and its share when pages are shared fairly; and the highest so far. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const shares = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]) / 1_024;
  return {
    rss: megabytes(status, 'VmRSS'),
    pss: megabytes(shares, 'Pss'),
    highest: megabytes(status, 'VmHWM'),
  };
}

function list(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
